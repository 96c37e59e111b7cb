/** Which recorded run a simulated student plays next. Pure: only what the class allows is ever chosen. */
import type { Random } from '../../src/lib/engine/data/random.ts';
import { recipeKey } from '../../src/lib/engine/formats/recipe.ts';
import { challengeViolations } from '../../src/lib/live/challenge.ts';
import { lockViolations } from '../../src/lib/live/locks.ts';
import type { ActivityOf } from '../../src/lib/live/plan.ts';
import type { Round } from '../../src/lib/live/session.ts';
import { cellsOf, type Sweep } from '../../src/lib/live/sweep.ts';
import type { Recording, Trait } from './recordings.ts';

/**
 * Recordings whose recipe could be submitted in a round by a run that begins now.
 * @param cell of the sweep that the student has been dealt; null outside a sweep, where null fits nothing in one
 * @param seq last event of the session
 */
export function fittingRound(
  recordings: readonly Recording[],
  round: Round,
  cell: number | null,
  seq: number,
): Recording[] {
  const { challenge, locks, sweep } = round;
  const cells = sweep && recordedCells(recordings, sweep);
  return recordings.filter(
    ({ id, recipe }) =>
      challengeViolations(challenge, recipe).length === 0 &&
      lockViolations(locks, recipe, seq).length === 0 &&
      (cells === null || (cell !== null && cells.get(id) === cell)),
  );
}

/** The cell of each recording that is of one, by the recording's id. */
export function recordedCells(
  recordings: readonly Recording[],
  sweep: Sweep,
): ReadonlyMap<string, number> {
  const cells = cellsOf(sweep).map(({ recipe }) => recipeKey(recipe));
  const found = recordings.map(({ id, recipe }) => [id, cells.indexOf(recipeKey(recipe))] as const);
  return new Map(found.filter(([, cell]) => cell !== -1));
}

/** Recordings of what a free lab is about. */
export function fittingLab(
  recordings: readonly Recording[],
  { task, base }: Pick<ActivityOf<'lab'>, 'task' | 'base'>,
): Recording[] {
  return recordings.filter(({ recipe }) => recipe.task === task && recipe.base.id === base);
}

/**
 * One that the student has not played yet: of the wanted kind where there is one, else an ordinary one, else any.
 * @param fitting as {@link fittingRound} or {@link fittingLab} leaves them
 * @returns null when all of them have been played
 */
export function chooseRecording(
  fitting: readonly Recording[],
  played: ReadonlySet<string>,
  wanted: Trait,
  random: Random,
): Recording | null {
  const fresh = fitting.filter(({ id }) => !played.has(id));
  const candidates = [
    fresh.filter(({ trait }) => trait === wanted),
    fresh.filter(({ trait }) => trait === 'ordinary'),
    fresh,
  ].find(({ length }) => length > 0);
  return candidates?.[random.integer(candidates.length)] ?? null;
}
