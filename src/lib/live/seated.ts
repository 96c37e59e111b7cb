import type { Participant, SessionState } from './session.ts';

/** Participants whose seat is open, in the order of joining. */
export function seated(state: Pick<SessionState, 'participants'>): Participant[] {
  return Object.values(state.participants).filter(({ removedAt }) => removedAt === undefined);
}
