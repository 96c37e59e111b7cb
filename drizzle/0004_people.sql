ALTER TABLE "participants" ADD COLUMN "connected_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "participants_user_id" ON "participants" USING btree ("user_id");--> statement-breakpoint
-- Nobody wrote down who connected before; a seat of that time must not count as one that never did.
UPDATE "participants" SET "connected_at" = "joined_at";
