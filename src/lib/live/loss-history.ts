/**
 * Losses of each student's current run as a host's page has seen them. Telemetry is never stored, so a page that is
 * opened later starts later. Pure.
 */
import { thin, type Point } from '../lab/plot.ts';
import type { Progress } from './protocol.ts';

export interface SeenRun {
  runId: string;
  /** Training loss. x: step, y: loss; in the order of steps. */
  points: readonly Point[];
  /** Loss on held-out examples, likewise. */
  validation: readonly Point[];
}
/** By participant id. */
export type LossHistory = Readonly<Record<string, SeenRun>>;

/** Above this many points the line is thinned to half: a tile is narrower than that in pixels. */
const MOST_POINTS = 120;

/** The history after a change of telemetry. Students who are no longer in it are forgotten. */
export function withLatest(
  history: LossHistory,
  latest: Readonly<Record<string, Progress>>,
): LossHistory {
  return Object.fromEntries(
    Object.entries(latest).map(([id, progress]) => [id, extended(history[id], progress)]),
  );
}

/** The same object where nothing is new, so that what is drawn from it is not drawn again. */
function extended(seen: SeenRun | undefined, progress: Progress): SeenRun {
  const { runId, step, loss, validatedAt, validationLoss } = progress;
  const held = seen?.runId === runId ? seen : { runId, points: [], validation: [] };
  const points = withPoint(held.points, step, loss);
  const validation =
    validatedAt === null
      ? held.validation
      : withPoint(held.validation, validatedAt, validationLoss);
  return points === held.points && validation === held.validation
    ? held
    : { runId, points, validation };
}

function withPoint(points: readonly Point[], x: number, y: number | null): readonly Point[] {
  const last = points.at(-1);
  if (y === null || (last && x <= last.x)) return points;
  const next = [...points, { x, y }];
  return next.length > MOST_POINTS ? thin(next, MOST_POINTS / 2) : next;
}
