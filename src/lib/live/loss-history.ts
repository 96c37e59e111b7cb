/**
 * Training loss of each student's current run as a host's page has seen it. Telemetry is never stored, so
 * a page that is opened later starts later. Pure.
 */
import { thin, type Point } from '../lab/plot.ts';
import type { Progress } from './protocol.ts';

export interface SeenRun {
  runId: string;
  /** x: step, y: loss; in the order of steps. */
  points: readonly Point[];
}
/** By participant id. */
export type LossHistory = Readonly<Record<string, SeenRun>>;

/** Above this many points the line is thinned to half: a tile is narrower than that in pixels. */
const MOST_POINTS = 120;

/** The history after a class snapshot. Students who are no longer in it are forgotten. */
export function withLatest(
  history: LossHistory,
  latest: Readonly<Record<string, Progress>>,
): LossHistory {
  return Object.fromEntries(
    Object.entries(latest).map(([id, progress]) => [id, extended(history[id], progress)]),
  );
}

function extended(seen: SeenRun | undefined, { runId, step, loss }: Progress): SeenRun {
  const points = seen?.runId === runId ? seen.points : [];
  const last = points.at(-1);
  if (loss === null || (last && step <= last.x)) return { runId, points };
  const next = [...points, { x: step, y: loss }];
  return { runId, points: next.length > MOST_POINTS ? thin(next, MOST_POINTS / 2) : next };
}
