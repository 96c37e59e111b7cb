/** People and sessions that the database suite makes. */
import { randomUUID } from 'node:crypto';
import { Accounts } from '../../server/auth/accounts.ts';
import type { SignedInUser } from '../../server/auth/sessions.ts';
import type { Database } from '../../server/db/index.ts';
import { Rooms } from '../../server/live/rooms.ts';
import type { SessionRoom } from '../../server/live/session-room.ts';

export const PASSWORD = 'a long password';

export const accountsIn = (db: Database): Accounts => new Accounts(db, Date.now);

export async function instructorIn(db: Database): Promise<SignedInUser> {
  const path = await accountsIn(db).issueSetupPath();
  return accountsIn(db).setUpInstructor(path.split('token=')[1]!, {
    username: `i-${randomUUID().slice(0, 8)}`,
    password: PASSWORD,
  });
}

export async function roomIn(db: Database): Promise<SessionRoom> {
  const rooms = new Rooms(db, Date.now);
  const { code } = await rooms.create((await instructorIn(db)).id, 'Test', null);
  return (await rooms.byCode(code))!;
}
