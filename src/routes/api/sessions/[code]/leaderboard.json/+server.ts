import { json } from '@sveltejs/kit';
import { leaderboardDocument } from '../document.server.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async ({ params, url, getClientAddress }) =>
  json(await leaderboardDocument(params.code, url, getClientAddress), {
    headers: { 'cache-control': 'no-store' },
  });
