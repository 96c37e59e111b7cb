import { describe, expect, it } from 'vitest';
import { defaultRecipe, METHOD_KINDS, QUANTISATIONS } from '../engine/formats/recipe.ts';
import { fitToChallenge, fitToLocks } from '../lab/recipe-edit.ts';
import { challengeViolations, defaultChallenge } from './challenge.ts';
import {
  lockedChallenge,
  lockProblem,
  lockViolations,
  withLock,
  withoutLock,
  type KnobLock,
  type Locks,
} from './locks.ts';

const locked = (...locks: KnobLock[]): Locks =>
  locks.reduce<Locks>((all, lock, index) => withLock(all, lock, index + 1), {});

describe('S-17: a locked knob', () => {
  it("takes the host's value in every recipe, and gives the own one back", () => {
    const challenge = defaultChallenge();
    const locks = locked(
      { knob: 'rank', value: 4 },
      { knob: 'learningRate', value: 0.01 },
      { knob: 'steps', value: 50 },
    );
    for (const kind of METHOD_KINDS) {
      const own = defaultRecipe(kind);
      const fit = fitToLocks(fitToChallenge(own, lockedChallenge(challenge, locks)), locks);
      expect(lockViolations(locks, fit, Infinity), kind).toEqual([]);
      expect(challengeViolations(challenge, fit)).toEqual([]);
      expect(fitToLocks(fitToChallenge(own, challenge), {})).toBe(own);
    }
    expect(fitToLocks(defaultRecipe(), locks)).toMatchObject({
      method: { rank: 4, alpha: 8 },
      optimiser: { learningRate: 0.01 },
      steps: 50,
    });
  });

  it('narrows the methods and quantisations to one', () => {
    const locks = locked(
      { knob: 'method', value: 'head' },
      { knob: 'quantisation', value: 'int4' },
    );
    const narrow = lockedChallenge(defaultChallenge(), locks);
    const fit = fitToChallenge(defaultRecipe('full'), narrow);
    expect(fit).toMatchObject({ method: { kind: 'head' }, quantisation: 'int4' });
    expect(lockViolations(locks, fit, Infinity)).toEqual([]);
    expect(withoutLock(locks, 'method')).toEqual({ quantisation: { value: 'int4', seq: 2 } });
  });

  it('has a value that the round allows, and leaves a recipe', () => {
    const challenge = { ...defaultChallenge(), methods: ['full' as const, 'lora' as const] };
    expect(lockProblem(challenge, {}, { knob: 'method', value: 'ia3' })).toContain('not allow');
    expect(lockProblem(challenge, {}, { knob: 'rank', value: 17 })).toContain('not allow');
    expect(lockProblem(challenge, {}, { knob: 'steps', value: 601 })).toContain('not allow');
    expect(lockProblem(challenge, {}, { knob: 'steps', value: 600 })).toBeNull();
    const full = locked({ knob: 'method', value: 'full' });
    for (const value of QUANTISATIONS)
      expect(lockProblem(challenge, full, { knob: 'quantisation', value }) === null, value).toBe(
        value === 'fp32',
      );
  });
});

describe('S-18: a run and the locks', () => {
  it('is bound by those made before it began', () => {
    const locks = locked({ knob: 'rank', value: 4 }, { knob: 'steps', value: 50 });
    const recipe = defaultRecipe();
    expect(lockViolations(locks, recipe, 0)).toEqual([]);
    expect(lockViolations(locks, recipe, 1)).toEqual(['your instructor has locked rank 4']);
    expect(lockViolations(locks, recipe, 2)).toHaveLength(2);
    // Other methods have no rank, and a prompt no steps.
    expect(lockViolations(locks, defaultRecipe('head'), 1)).toEqual([]);
    expect(lockViolations(locks, defaultRecipe('prompting'), 2)).toEqual([]);
  });
});
