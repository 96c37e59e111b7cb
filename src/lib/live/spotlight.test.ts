import { describe, expect, it } from 'vitest';
import { defaultRecipe } from '../engine/formats/recipe.ts';
import { initialSession, reduceSession, type SessionEvent } from './session.ts';

const BEFORE: SessionEvent[] = [
  {
    type: 'participant:joined',
    at: 1,
    participant: { id: 'ada', nickname: 'Ada', joinedAt: 1 },
  },
  {
    type: 'run:spotlit',
    at: 2,
    spotlight: { id: 's', participantId: 'ada', recipe: defaultRecipe(), accuracy: 0.8 },
  },
];
const after = (event: SessionEvent) =>
  [...BEFORE, event].reduce(
    (state, one) => reduceSession(state, { seq: state.seq + 1, event: one }),
    initialSession('ABC234', 'Class'),
  ).spotlight;

describe('a run before the class (S-31)', () => {
  it('stays there while somebody else is removed', () => {
    expect(after({ type: 'participant:removed', at: 3, participantId: 'bob' })).not.toBeNull();
  });

  it.each<[string, SessionEvent]>([
    ['the host moves on', { type: 'activity:moved', at: 3, activityId: 'next' }],
    ['its student is removed', { type: 'participant:removed', at: 3, participantId: 'ada' }],
    ['the door closes the seat', { type: 'participants:removed', at: 3, participantIds: ['ada'] }],
  ])('goes when %s', (_when, event) => {
    expect(after(event)).toBeNull();
  });
});
