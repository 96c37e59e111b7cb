/** The leaderboard both formats are written from. */
import { roomOrError } from '../../../guards.server.ts';
import { leaderboardOf } from '$server/submissions/boards.ts';
import type { LeaderboardDocument } from '$lib/live/protocol.ts';
import { error } from '@sveltejs/kit';

export async function leaderboardDocument(
  code: string,
  url: URL,
  getClientAddress: () => string,
): Promise<LeaderboardDocument> {
  const { room } = await roomOrError(code, getClientAddress);
  const wanted = url.searchParams.get('round');
  const document = leaderboardOf(room.state, wanted === null ? null : Number(wanted));
  return document ?? error(404, 'This session has no such round.');
}
