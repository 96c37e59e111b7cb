/**
 * Times a few steps of a recipe on this device, before the student's first run. The steps are a run's own:
 * same graph, same loop, same weights. A run that starts meanwhile comes first: the probe ends at its next
 * event and says nothing.
 */
import type { RunEvent } from '../engine/train/events.ts';
import { runRecipe, type RunInput } from '../engine/train/trainer.ts';
import { speedOf, type Speed } from './speeds.ts';

/** Timed steps; the one before them warms caches and is left out. */
const STEPS = 6;
/** On a slow device fewer steps have to do, but two at least. */
const BUDGET_MS = 1500;

/** @returns null when it was aborted, or when nothing could be timed */
export async function probeSpeed(
  input: Omit<RunInput, 'emit' | 'signal'> & { signal: AbortSignal },
): Promise<Speed | null> {
  const { recipe, signal } = input;
  const enough = new AbortController();
  const times: number[] = [];
  let began = 0;
  let last = 0;
  const emit = (event: RunEvent) => {
    // Thrown through the run, so that it ends here and frees what it holds.
    signal.throwIfAborted();
    if (event.type !== 'step') return;
    const now = performance.now();
    if (event.point.step === 1) began = now;
    else times.push(now - last);
    last = now;
    if (times.length >= 2 && now - began > BUDGET_MS) enough.abort();
  };
  try {
    const { counts, choice } = await runRecipe({
      ...input,
      recipe: { ...recipe, steps: STEPS + 1 },
      // One example: what is timed is training.
      validation: input.validation.slice(0, 1),
      signal: enough.signal,
      emit,
    });
    return speedOf('probe', recipe, counts, choice, median(times) / 1000);
  } catch {
    return null;
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
