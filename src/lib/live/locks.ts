/** Knobs that a host locks during a round: every recipe takes the host's value until they are unlocked. */
import * as v from 'valibot';
import { METHOD_NAMES, QUANTISATION_NAMES } from '../engine/formats/recipe-name.ts';
import {
  MAX_RANK,
  MAX_STEPS,
  METHOD_KINDS,
  QUANTISATIONS,
  type MethodKind,
  type Quantisation,
  type Recipe,
} from '../engine/formats/recipe.ts';
import { formatRate } from '../ui/format.ts';
import { ChallengeSchema, type Challenge } from './challenge.ts';

export const KNOBS = ['method', 'rank', 'quantisation', 'learningRate', 'steps'] as const;
export type Knob = (typeof KNOBS)[number];

const whole = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max));

export const KnobLockSchema = v.variant('knob', [
  v.strictObject({ knob: v.literal('method'), value: v.picklist(METHOD_KINDS) }),
  /** Of LoRA; other methods have none. */
  v.strictObject({ knob: v.literal('rank'), value: whole(MAX_RANK) }),
  v.strictObject({ knob: v.literal('quantisation'), value: v.picklist(QUANTISATIONS) }),
  v.strictObject({
    knob: v.literal('learningRate'),
    value: v.pipe(v.number(), v.minValue(1e-7), v.maxValue(10)),
  }),
  v.strictObject({ knob: v.literal('steps'), value: whole(MAX_STEPS) }),
]);
export type KnobLock = v.InferOutput<typeof KnobLockSchema>;

interface Values {
  method: MethodKind;
  rank: number;
  quantisation: Quantisation;
  learningRate: number;
  steps: number;
}

/** The host's value of each locked knob, and the place in the log of the event that locked it. */
export type Locks = { readonly [K in Knob]?: { value: Values[K]; seq: number } };

export function withLock(locks: Locks, { knob, value }: KnobLock, seq: number): Locks {
  return { ...locks, [knob]: { value, seq } };
}

export function withoutLock(locks: Locks, knob: Knob): Locks {
  return Object.fromEntries(Object.entries(locks).filter(([locked]) => locked !== knob));
}

/** What a round offers while knobs are locked. */
export function lockedChallenge(challenge: Challenge, locks: Locks): Challenge {
  return {
    ...challenge,
    methods: locks.method ? [locks.method.value] : challenge.methods,
    quantisations: locks.quantisation ? [locks.quantisation.value] : challenge.quantisations,
  };
}

/** Why a knob cannot be locked so, as a sentence; null when it can. */
export function lockProblem(challenge: Challenge, locks: Locks, lock: KnobLock): string | null {
  const allowed: boolean = {
    method: () => (challenge.methods as readonly unknown[]).includes(lock.value),
    quantisation: () => (challenge.quantisations as readonly unknown[]).includes(lock.value),
    rank: () => Number(lock.value) <= challenge.maxRank,
    steps: () => Number(lock.value) <= challenge.maxSteps,
    learningRate: () => true,
  }[lock.knob]();
  if (!allowed) return 'This round does not allow that value.';
  return v.is(ChallengeSchema, lockedChallenge(challenge, withLock(locks, lock, 0)))
    ? null
    : 'No recipe fits: full fine-tuning trains the base weights, so it needs fp32.';
}

/** A lock in a few words: `rank 4`. */
export function lockName({ knob, value }: KnobLock): string {
  switch (knob) {
    case 'method':
      return `method ${METHOD_NAMES[value]}`;
    case 'quantisation':
      return `quantisation ${QUANTISATION_NAMES[value]}`;
    case 'learningRate':
      return `learning rate ${formatRate(value)}`;
    case 'rank':
    case 'steps':
      return `${knob} ${value}`;
  }
}

/** Every lock in the standing order. */
export function lockList(locks: Locks): (KnobLock & { seq: number })[] {
  return KNOBS.flatMap((knob) => {
    const lock = locks[knob];
    return lock ? [{ knob, ...lock } as KnobLock & { seq: number }] : [];
  });
}

/**
 * Sentences naming the locks that `recipe` breaks; empty when it may be submitted.
 * @param begun place in the log of the last event that the run's page had when the run began: what was locked
 *   later does not bind it. The server has the device's word for it, as for the number of steps.
 */
export function lockViolations(locks: Locks, recipe: Recipe, begun: number): string[] {
  return lockList(locks)
    .filter(({ seq }) => seq <= begun)
    .filter((lock) => breaks(lock, recipe))
    .map((lock) => `your instructor has locked ${lockName(lock)}`);
}

function breaks({ knob, value }: KnobLock, recipe: Recipe): boolean {
  const { method } = recipe;
  switch (knob) {
    case 'method':
      return method.kind !== value;
    case 'rank':
      return method.kind === 'lora' && method.rank !== value;
    case 'quantisation':
      return recipe.quantisation !== value;
    case 'learningRate':
      return method.kind !== 'prompting' && recipe.optimiser.learningRate !== value;
    case 'steps':
      return method.kind !== 'prompting' && recipe.steps !== value;
  }
}
