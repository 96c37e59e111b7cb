import { leaderboardCsv } from '$server/submissions/csv.ts';
import { leaderboardDocument } from '../document.server.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async ({ params, url, locals, getClientAddress }) => {
  const document = await leaderboardDocument(params.code, url, getClientAddress, locals.user);
  const name = `leaderboard-${document.session}${document.round === null ? '' : `-round-${document.round}`}.csv`;
  return new Response(leaderboardCsv(document.rows), {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    },
  });
};
