/** The leaderboard both formats are written from; while names are hidden, only its hosts read them. */
import { roomOrError } from '../../../guards.server.ts';
import { leaderboardOf } from '$server/submissions/boards.ts';
import { stateForClass } from '$lib/live/names.ts';
import { mayHost } from '$server/live/hosts.ts';
import type { SignedInUser } from '$server/auth/sessions.ts';
import type { LeaderboardDocument } from '$lib/live/protocol.ts';
import { error } from '@sveltejs/kit';

export async function leaderboardDocument(
  code: string,
  url: URL,
  getClientAddress: () => string,
  user: SignedInUser | null,
): Promise<LeaderboardDocument> {
  const { room } = await roomOrError(code, getClientAddress);
  const state = user && mayHost(room, user.id) ? room.state : stateForClass(room.state);
  const wanted = url.searchParams.get('round');
  const document = leaderboardOf(state, wanted === null ? null : Number(wanted));
  return document ?? error(404, 'This session has no such round.');
}
