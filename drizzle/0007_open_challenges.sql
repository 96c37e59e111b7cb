ALTER TABLE "live_sessions" ADD COLUMN "open_challenge" text;--> statement-breakpoint
ALTER TABLE "live_sessions" ADD CONSTRAINT "live_sessions_open_challenge_unique" UNIQUE("open_challenge");