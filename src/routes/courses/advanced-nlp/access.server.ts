/** Who reads all of a lesson. What the others are sent ends where the lesson's preview does. */
import type { Cookies } from '@sveltejs/kit';
import type { CompiledLesson } from '$lib/content/lesson.ts';
import { openActivities } from '$lib/live/activities.ts';
import type { SignedInUser } from '$server/auth/sessions.ts';
import { codeOfSeat } from '$server/http/cookies.ts';
import { mayHost } from '$server/live/hosts.ts';
import type { SessionRoom } from '$server/live/session-room.ts';
import { openRoot, type Root } from '$server/root.ts';
import { seatIn } from '../../guards.server.ts';

/** A browser holds a seat or two; a request with more cookies than these is no reader's. */
const MAX_SEATS = 20;

/** Public lessons, instructors, a pass, or a class that is at this lesson now. */
export async function readsAll(
  { meta: { access, slug } }: CompiledLesson,
  user: SignedInUser | null,
  cookies: Cookies,
): Promise<boolean> {
  if (access === 'public' || user?.role === 'instructor') return true;
  const root = await openRoot();
  if (user && (await root.passes.validUntil(user.id)) !== null) return true;
  return isInClass(root, slug, user, cookies);
}

async function isInClass(
  root: Root,
  lesson: string,
  user: SignedInUser | null,
  cookies: Cookies,
): Promise<boolean> {
  if (user)
    for (const room of root.rooms.open)
      if (
        isAt(room, lesson) &&
        (mayHost(room, user.id) || (await seatIn(root, room, cookies, user)))
      )
        return true;
  const codes = cookies.getAll().flatMap(({ name }) => codeOfSeat(name) ?? []);
  for (const code of codes.slice(0, MAX_SEATS)) {
    const room = await root.rooms.byCode(code);
    if (room && isAt(room, lesson) && (await seatIn(root, room, cookies, user))) return true;
  }
  return false;
}

const isAt = ({ state }: SessionRoom, lesson: string): boolean =>
  state.phase !== 'ended' &&
  openActivities(state).some((one) => one.kind === 'lesson' && one.lesson === lesson);
