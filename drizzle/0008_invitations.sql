-- Nobody wrote down who made a link, so one of that time could not be taken back; all of them end within a day anyway.
DELETE FROM "host_invitations";--> statement-breakpoint
ALTER TABLE "host_invitations" ADD COLUMN "invited_by" text NOT NULL;--> statement-breakpoint
ALTER TABLE "host_invitations" ADD COLUMN "used_by" text;--> statement-breakpoint
ALTER TABLE "host_invitations" ADD CONSTRAINT "host_invitations_invited_by_users_id_fk" FOREIGN KEY ("invited_by") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "host_invitations" ADD CONSTRAINT "host_invitations_used_by_users_id_fk" FOREIGN KEY ("used_by") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;