import { json } from '@sveltejs/kit';
import { openRoot } from '$server/root.ts';
import type { RequestHandler } from './$types';

const headers = { 'cache-control': 'no-store' };

export const GET: RequestHandler = async () => {
  const { database, version, log } = await openRoot();
  try {
    await database.ping();
    return json({ status: 'ok', db: 'ok', version }, { headers });
  } catch (error) {
    log.error({ err: error }, 'the database does not answer');
    return json({ status: 'failing', db: 'failing', version }, { status: 503, headers });
  }
};
