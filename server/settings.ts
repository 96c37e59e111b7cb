/** What a deployment makes once and keeps. */
import { eq } from 'drizzle-orm';
import { randomBytes } from 'node:crypto';
import type { Database } from './db/index.ts';
import { settings } from './db/schema.ts';

const SECRET_KEY = 'deployment_secret';

/** 32 random bytes that private splits are drawn with; the same for every node of the deployment, for ever. */
export async function deploymentSecret(db: Database): Promise<Uint8Array> {
  // Insert first and read after: of several nodes starting together, all read the one that won.
  await db
    .insert(settings)
    .values({ key: SECRET_KEY, value: randomBytes(32).toString('hex') })
    .onConflictDoNothing();
  const [row] = await db.select().from(settings).where(eq(settings.key, SECRET_KEY));
  if (!row) throw new Error('the deployment secret could not be stored');
  return Buffer.from(row.value, 'hex');
}
