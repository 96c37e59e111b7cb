/** What a host does with the plan: changes it, walks through it, shows what came out. A repeat changes nothing. */
import { isDeepStrictEqual } from 'node:util';
import { activityById, currentActivity, type Roam } from '../../src/lib/live/activities.ts';
import { isQuestion, type Plan } from '../../src/lib/live/plan.ts';
import type { Offer } from '../../src/lib/live/protocol.ts';
import type { Recipe } from '../../src/lib/engine/formats/recipe.ts';
import { runningRound, type SessionState } from '../../src/lib/live/session.ts';
import { Refusal } from '../refusal.ts';
import { once } from './class-commands.ts';
import { closeRounds, refuseEnded, refuseReuse } from './host-commands.ts';
import type { SessionRoom } from './session-room.ts';

interface Request {
  requestId: string;
}

/** The whole plan as it is to be. Where the class is stays in it, and a plan saved meanwhile is not overwritten. */
export const changePlan = (
  room: SessionRoom,
  { requestId, plan, basedOn }: Request & { plan: Plan; basedOn: number },
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'plan:changed', (state) => {
    // The answer to an earlier saving of the same may have got lost.
    if (isDeepStrictEqual(plan, state.plan)) return null;
    if (basedOn !== state.planSeq)
      throw new Refusal(
        409,
        'The plan was saved from another page after you had begun to edit it here.',
      );
    const here = currentActivity(state);
    if (here && !plan.some(({ id }) => id === here.id))
      throw new Refusal(409, `The class is at “${here.title}”. Move on before you take it out.`);
    return { event: { type: 'plan:changed', at: now(), plan } };
  });

/** Moves the class to an activity, forward or back. A running round ends; what U-4 and U-12 say of that holds. */
export function goToActivity(
  room: SessionRoom,
  { requestId, activityId }: Request & { activityId: string },
  now: () => number,
): Promise<undefined> {
  return room.change(async (state) => {
    const repeated = await room.eventOf(requestId);
    if (repeated?.type === 'activity:moved') return { events: [], value: undefined };
    refuseReuse(repeated !== null);
    refuseEnded(state);
    needActivity(state, activityId);
    if (state.activityId === activityId) return { events: [], value: undefined };
    const at = now();
    const round = runningRound(state);
    return {
      events: [
        { type: 'activity:moved', at, activityId },
        ...(round ? [{ type: 'round:ended' as const, at, roundId: round.id }] : []),
      ],
      requestId,
      ...(round ? { write: (tx) => closeRounds(tx, room.meta.id, at) } : {}),
      value: undefined,
    };
  });
}

export const changePacing = (
  room: SessionRoom,
  { requestId, roam }: Request & { roam: Roam | null },
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'pacing:changed', (state) => {
    if (roam) {
      needActivity(state, roam.first);
      needActivity(state, roam.last);
    }
    const same = roam?.first === state.roam?.first && roam?.last === state.roam?.last;
    return same ? null : { event: { type: 'pacing:changed', at: now(), roam } };
  });

/** Shows the class what it answered, and what is right. After that nobody answers any more. */
export const revealAnswers = (
  room: SessionRoom,
  { requestId, activityId }: Request & { activityId: string },
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'answers:revealed', (state) => {
    if (!isQuestion(needActivity(state, activityId)))
      throw new Refusal(422, 'This activity asks nothing.', 'activityId');
    return state.revealed[activityId]
      ? null
      : { event: { type: 'answers:revealed', at: now(), activityId } };
  });

/** Puts a recipe before everybody; null takes it away. */
export const sendRecipe = (
  room: SessionRoom,
  { requestId, recipe }: Request & { recipe: Recipe | null },
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'recipe:sent', (state) =>
    recipe === null && state.sent === null
      ? null
      : {
          event: {
            type: 'recipe:sent',
            at: now(),
            sent: recipe && { id: requestId, recipe },
          },
        },
  );

/**
 * Shows a student's last shared run to everybody; null ends it.
 * @param offer that student's, as their device said it
 */
export const showRun = (
  room: SessionRoom,
  { requestId, participantId }: Request & { participantId: string | null },
  offer: Offer | null,
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'run:spotlit', (state) => {
    if (participantId === null)
      return state.spotlight && { event: { type: 'run:spotlit', at: now(), spotlight: null } };
    const participant = state.participants[participantId];
    if (!participant || participant.removedAt !== undefined)
      throw new Refusal(404, 'This session has no such student.', 'participantId');
    if (!participant.shares)
      throw new Refusal(409, `${participant.nickname} has not agreed to show runs to the class.`);
    if (!offer) throw new Refusal(409, `${participant.nickname} has no finished run to show yet.`);
    const { recipe, accuracy } = offer;
    const spotlight = { id: requestId, participantId, recipe, accuracy };
    return { event: { type: 'run:spotlit', at: now(), spotlight } };
  });

function needActivity(state: SessionState, id: string) {
  const activity = activityById(state, id);
  if (!activity) throw new Refusal(404, 'The plan has no such activity.', 'activityId');
  return activity;
}
