ALTER TABLE "live_sessions" ADD COLUMN "names_hidden" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "participants" ADD COLUMN "removed_at" timestamp with time zone;