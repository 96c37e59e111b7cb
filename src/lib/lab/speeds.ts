/**
 * How fast this device has trained, and what that says about the next run. Pure: measurements in, an
 * estimate out. An estimate scales a measured step by the multiplications of the two recipes' steps.
 */
import * as v from 'valibot';
import type { Recipe } from '../engine/formats/recipe.ts';
import type { BackendChoice, Counts, RunResult } from '../engine/train/events.ts';
import type { Live } from './run-state.ts';

/** One measurement. Everything but the last two fields says what was measured. */
export const SpeedSchema = v.object({
  /** A run of the student's, or the few steps timed when the model was loaded. */
  from: v.picklist(['run', 'probe']),
  backend: v.picklist(['webgpu', 'wasm', 'node']),
  threads: v.pipe(v.number(), v.integer(), v.minValue(1)),
  base: v.string(),
  method: v.string(),
  quantisation: v.string(),
  /** Tokens in a batch. */
  tokens: v.pipe(v.number(), v.minValue(1)),
  multiplications: v.pipe(v.number(), v.minValue(1)),
  secondsPerStep: v.pipe(v.number(), v.minValue(0)),
});
export type Speed = v.InferOutput<typeof SpeedSchema>;

export interface Estimate {
  seconds: number;
  secondsPerStep: number;
  backend: Speed['backend'];
  threads: number;
  /** What was measured, and whether it was a recipe of the same kind. */
  from: Speed['from'];
  sameKind: boolean;
}

/** Measurements kept, the newest first. */
const KEPT = 40;
/** The first step of a run is slower than the rest: fewer steps than this say little. */
const FEWEST_STEPS = 5;

export function speedOf(
  from: Speed['from'],
  recipe: Recipe,
  counts: Pick<Counts, 'multiplications'>,
  { backend, threads }: Pick<BackendChoice, 'backend' | 'threads'>,
  secondsPerStep: number,
): Speed {
  return {
    from,
    backend,
    threads,
    base: recipe.base.id,
    method: recipe.method.kind,
    quantisation: recipe.quantisation,
    tokens: recipe.batchSize * recipe.sequenceLength,
    multiplications: counts.multiplications,
    secondsPerStep,
  };
}

/**
 * What a finished run measured; null when it was too short to say, and when it was interrupted: part of its time is
 * then of another engine, or of another backend.
 */
export function speedOfRun(
  {
    recipe,
    counts,
    choice,
    trace,
    trainingSeconds,
  }: Pick<RunResult, 'recipe' | 'counts' | 'choice' | 'trace' | 'trainingSeconds'>,
  { resumedAt }: Pick<Live, 'resumedAt'>,
): Speed | null {
  if (resumedAt !== null || trace.length < FEWEST_STEPS) return null;
  return speedOf('run', recipe, counts, choice, trainingSeconds / trace.length);
}

/** Puts a measurement first, in the place of an older one of the same kind of recipe on the same device. */
export function remember(speeds: readonly Speed[], speed: Speed): Speed[] {
  const others = speeds.filter(
    (held) => !(held.from === speed.from && sameDevice(held, speed) && sameKind(held, speed)),
  );
  return [speed, ...others].slice(0, KEPT);
}

/**
 * Training time of `recipe`, validation left out; null when nothing was measured.
 * @param speeds the newest first
 * @param device the backend that the run will use; when it is not known, the one measured last
 */
export function estimateRun(
  speeds: readonly Speed[],
  recipe: Recipe,
  counts: Pick<Counts, 'multiplications'>,
  device: Pick<Speed, 'backend' | 'threads'> | null = speeds[0] ?? null,
): Estimate | null {
  if (!device) return null;
  const wanted = speedOf('run', recipe, counts, device, 0);
  const here = speeds.filter((speed) => sameDevice(speed, device));
  const nearest =
    here.find((speed) => speed.from === 'run' && sameKind(speed, wanted)) ??
    here.find((speed) => sameKind(speed, wanted)) ??
    here.find((speed) => speed.from === 'run' && speed.method === wanted.method) ??
    here.find((speed) => speed.from === 'run') ??
    here[0];
  if (!nearest) return null;
  const secondsPerStep =
    nearest.secondsPerStep * (counts.multiplications / nearest.multiplications);
  return {
    seconds: secondsPerStep * recipe.steps,
    secondsPerStep,
    backend: nearest.backend,
    threads: nearest.threads,
    from: nearest.from,
    sameKind: sameKind(nearest, wanted),
  };
}

function sameDevice(
  a: Pick<Speed, 'backend' | 'threads'>,
  b: Pick<Speed, 'backend' | 'threads'>,
): boolean {
  return a.backend === b.backend && a.threads === b.threads;
}

function sameKind(a: Speed, b: Speed): boolean {
  return (
    a.base === b.base &&
    a.method === b.method &&
    a.quantisation === b.quantisation &&
    a.tokens === b.tokens
  );
}
