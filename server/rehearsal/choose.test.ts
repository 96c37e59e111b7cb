import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/lib/engine/data/random.ts';
import { defaultRecipe, type Recipe } from '../../src/lib/engine/formats/recipe.ts';
import { defaultChallenge } from '../../src/lib/live/challenge.ts';
import { withLock } from '../../src/lib/live/locks.ts';
import { newActivity } from '../../src/lib/live/plan.ts';
import { wholeRound, type Round } from '../../src/lib/live/session.ts';
import { cellsOf, challengeOf } from '../../src/lib/live/sweep.ts';
import { chooseRecording, fittingLab, fittingRound } from './choose.ts';
import type { Recording, Trait } from './recordings.ts';

const recorded = (id: string, recipe: Recipe, trait: Trait = 'ordinary'): Recording => ({
  id,
  trait,
  recipe,
  losses: [],
  validations: [],
  trainingSeconds: 1,
  trainable: 1,
  memoryBytes: 1,
  accuracy: 0.5,
});
const HEAD = recorded('head', defaultRecipe('head'));
const LORA = recorded('lora', defaultRecipe('lora'));
const LONG = recorded('long', { ...defaultRecipe('lora'), steps: 900 });
const HOT = recorded('hot', defaultRecipe('ia3'), 'diverged');
const SPAM = recorded('spam', { ...defaultRecipe('head'), task: 'spam' });
const ALL = [HEAD, LORA, LONG, HOT, SPAM];

const round = (change: Partial<Round> = {}): Round => ({
  ...wholeRound({
    id: randomUUID(),
    number: 1,
    challenge: defaultChallenge(),
    startedAt: 0,
    endedAt: null,
  }),
  ...change,
});
const ids = (recordings: readonly Recording[]) => recordings.map(({ id }) => id);

describe('the recordings that fit', () => {
  it('are those whose recipe the challenge allows (S-43)', () => {
    expect(ids(fittingRound(ALL, round(), null, 5))).toEqual(['head', 'lora', 'hot']);
    const challenge = { ...defaultChallenge(), methods: ['head' as const], task: 'spam' };
    expect(ids(fittingRound(ALL, round({ challenge }), null, 5))).toEqual(['spam']);
    expect(fittingRound(ALL, round({ challenge: { ...challenge, maxSteps: 7 } }), null, 5)).toEqual(
      [],
    );
  });

  it('keep to the locks that stand when the run begins (S-43)', () => {
    const locks = withLock({}, { knob: 'method', value: 'lora' }, 4);
    expect(ids(fittingRound(ALL, round({ locks }), null, 4))).toEqual(['lora']);
    expect(ids(fittingRound(ALL, round({ locks }), null, 3))).toEqual(['head', 'lora', 'hot']);
  });

  it('are of the dealt cell in a sweep, and none without one (S-43)', () => {
    const activity = newActivity('sweep', randomUUID());
    if (activity.kind !== 'sweep') throw new Error('no sweep');
    const { sweep } = activity;
    const cells = cellsOf(sweep).map(({ recipe }, cell) => recorded(`cell ${cell}`, recipe));
    const inSweep = round({ sweep, challenge: challengeOf(sweep) });
    expect(ids(fittingRound([...ALL, ...cells], inSweep, 3, 1))).toEqual(['cell 3']);
    expect(fittingRound([...ALL, ...cells], inSweep, null, 1)).toEqual([]);
    expect(fittingRound(ALL, inSweep, 3, 1)).toEqual([]);
  });

  it("are of a free lab's task and base", () => {
    expect(ids(fittingLab(ALL, { task: 'spam', base: 'nano' }))).toEqual(['spam']);
    expect(fittingLab(ALL, { task: 'spam', base: 'small' })).toEqual([]);
  });
});

describe('the choice', () => {
  const random = () => randomStream(1, 'test');

  it('is of the wanted kind first, then ordinary, then any, and never the same twice', () => {
    const fitting = [HEAD, HOT];
    expect(chooseRecording(fitting, new Set(), 'diverged', random())?.id).toBe('hot');
    expect(chooseRecording(fitting, new Set(), 'over-fitted', random())?.id).toBe('head');
    expect(chooseRecording(fitting, new Set(['head']), 'ordinary', random())?.id).toBe('hot');
    expect(chooseRecording(fitting, new Set(['head', 'hot']), 'ordinary', random())).toBeNull();
  });

  it('is the same for the same seed', () => {
    const draw = () => {
      const stream = random();
      return [1, 2, 3, 4].map(() => chooseRecording(ALL, new Set(), 'ordinary', stream)?.id);
    };
    expect(draw()).toEqual(draw());
  });
});
