/** A tile in words: the few that stand on it, and the sentence that a screen reader hears. Pure. */
import type { Diagnosis } from '../../lab/diagnosis.ts';
import { formatFixed } from '../../ui/format.ts';
import { deviceName, preflightLine } from '../device-words.ts';
import type { Flag, Sort, Tile, TileState } from './tiles.ts';

export const FLAG_NAMES: Record<Flag, string> = {
  'needs-help': 'needs help',
  diverged: 'diverged',
  'over-fitted': 'over-fitted',
  stalled: 'stalled',
  away: 'away',
};

export const STATE_NAMES: Record<TileState, string> = {
  'getting-ready': 'getting ready',
  ready: 'ready',
  training: 'training',
  finished: 'finished',
  stopped: 'stopped',
  failed: 'failed',
};

export const SORT_NAMES: Record<Sort, string> = {
  attention: 'Who needs me',
  score: 'Best score',
  progress: 'Progress',
  name: 'Name',
  joined: 'Order of joining',
};

/** What a projector says over curves that show the problem. */
export const PROBLEM_TITLES: Record<Diagnosis, string> = {
  diverged: 'Runs whose loss diverged',
  'over-fitted': 'Runs that over-fit',
  stalled: 'Runs that stalled',
};

/** What the run does, in the room of a tile. */
export function stateLine({ state, run }: Tile): string {
  return state === 'training' && run ? `${run.step} / ${run.steps}` : STATE_NAMES[state];
}

/** Backend, for a tile: the threads are in the details. */
export function backendLine({ run, device }: Tile): string {
  const backend = run?.backend ?? device?.backend;
  return backend ? deviceName({ backend, threads: device?.threads ?? 1 }) : '';
}

/** What the device said of itself; null before, and once a run has begun. */
export function preflightOf({ run, device }: Tile): string | null {
  return run || !device ? null : preflightLine(device);
}

export function deviceLine({ run, device }: Tile): string {
  if (device) return preflightLine(device);
  return run ? deviceName({ backend: run.backend, threads: 1 }) : 'not known yet';
}

/** A tile in one sentence. */
export function describeTile(tile: Tile): string {
  const { nickname, alias, run, state, flags, score } = tile;
  const doing =
    state === 'training' && run ? `training, step ${run.step} of ${run.steps}` : STATE_NAMES[state];
  const loss = run?.loss == null ? [] : [`loss ${formatFixed(run.loss, 2)}`];
  const verified = score === null ? [] : [`best verified accuracy ${formatFixed(score)}`];
  const device = run ? backendLine(tile) : (preflightOf(tile) ?? '');
  return [
    alias ? `${nickname}, class reads ${alias}` : nickname,
    doing,
    ...loss,
    ...flags.map((flag) => FLAG_NAMES[flag]),
    ...verified,
    ...(device ? [device] : []),
  ].join(', ');
}
