ALTER TABLE "live_sessions" ADD COLUMN "request_id" uuid;--> statement-breakpoint
ALTER TABLE "verifications" ADD COLUMN "not_before" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "live_sessions" ADD CONSTRAINT "live_sessions_request" UNIQUE("host_id","request_id");