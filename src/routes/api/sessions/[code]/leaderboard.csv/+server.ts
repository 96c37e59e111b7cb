import { REHEARSAL } from '$lib/live/rehearsal.ts';
import { leaderboardCsv } from '$server/submissions/csv.ts';
import { leaderboardDocument } from '../document.server.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async ({ params, url, locals, getClientAddress }) => {
  const document = await leaderboardDocument(params.code, url, getClientAddress, locals.user);
  const mark = document.rehearsal ? 'rehearsal-' : '';
  const name = `${mark}leaderboard-${document.session}${document.round === null ? '' : `-round-${document.round}`}.csv`;
  return new Response(leaderboardCsv(document.rows, document.rehearsal ? REHEARSAL : null), {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    },
  });
};
