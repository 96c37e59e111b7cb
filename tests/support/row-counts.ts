/** How many rows each table has: what is left behind shows. */
import { count, getTableName, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import type { Database } from '../../server/db/index.ts';
import * as schema from '../../server/db/schema.ts';

export async function rowCounts(db: Database): Promise<Record<string, number>> {
  const tables = Object.values(schema).filter((one) => is(one, PgTable));
  const counts = await Promise.all(
    tables.map(async (table) => {
      const [row] = await db.select({ rows: count() }).from(table);
      return [getTableName(table), row?.rows ?? 0] as const;
    }),
  );
  return Object.fromEntries(counts);
}
