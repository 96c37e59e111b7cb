/** An account by its name, as an instructor types it. */
import { eq } from 'drizzle-orm';
import type { Database } from '../db/index.ts';
import { users, type Role } from '../db/schema.ts';
import { Refusal } from '../refusal.ts';

/** Names that differ only in case or in how they are encoded are one account. */
export const usernameKey = (username: string): string =>
  username.trim().normalize('NFKC').toLowerCase();

/** @throws {Refusal} 404 about the field `username` */
export async function findUser(
  db: Database,
  username: string,
): Promise<{ id: string; username: string; role: Role }> {
  const [user] = await db
    .select({ id: users.id, username: users.username, role: users.role })
    .from(users)
    .where(eq(users.usernameKey, usernameKey(username)));
  if (!user) throw new Refusal(404, 'No account has this user name.', 'username');
  return user;
}
