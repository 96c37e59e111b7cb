import { json } from '@sveltejs/kit';
import { leaderboardDocument } from '../document.server.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async ({ params, url, locals, getClientAddress }) =>
  json(await leaderboardDocument(params.code, url, getClientAddress, locals.user), {
    headers: { 'cache-control': 'no-store' },
  });
