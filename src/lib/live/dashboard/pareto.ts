/**
 * The class in one plot: accuracy over what it took, a point a student, with the frontier of what nobody beats in
 * both. Pure: data in, SVG coordinates out.
 */
import { frontierOf, stepCorners } from '../../lab/pareto.ts';
import { linear, ticks, type Point, type Scale } from '../../lab/plot.ts';
import { compareEntries, type Entry } from '../../leaderboard/rank.ts';
import { currentRound, standingOf, type SessionState } from '../session.ts';
import type { Progress } from '../protocol.ts';
import { summaryName } from './summary-name.ts';

export const COSTS = ['trainable', 'memory'] as const;
/** Trained parameters, or bytes of a training step. */
export type Cost = (typeof COSTS)[number];

export interface ClassPoint {
  participantId: string;
  nickname: string;
  recipe: string;
  /** 0–1: the server's for a verified point, else what the device reported. */
  accuracy: number;
  trainable: number | null;
  memory: number | null;
  verified: boolean;
}

/**
 * A point a student: their best verified submission of the round, else what the device says: of a submission that
 * waits, or of the run that has ended last.
 * @param session with the names as the host reads them
 */
export function classPoints(
  session: SessionState,
  progress: Readonly<Record<string, Progress>>,
): ClassPoint[] {
  const round = currentRound(session);
  const best = new Map<string, Entry & { memory: number | null }>();
  for (const entry of round ? standingOf(session, round.id) : []) {
    const held = best.get(entry.participantId);
    if (!held || compareEntries(entry, held) < 0) best.set(entry.participantId, entry);
  }
  return Object.values(session.participants).flatMap(({ id, nickname, removedAt }) => {
    if (removedAt !== undefined) return [];
    const entry = best.get(id);
    const run = progress[id];
    const point =
      entry && entry.status !== 'rejected' ? submitted(entry, run) : run ? trained(run) : null;
    return point ? [{ participantId: id, nickname, ...point }] : [];
  });
}

type Unnamed = Omit<ClassPoint, 'participantId' | 'nickname'>;

function submitted(
  { accuracy, trainable, recipe, status, memory }: Entry & { memory: number | null },
  run: Progress | undefined,
): Unnamed | null {
  if (accuracy === null) return null;
  // Until the verifier has counted, the device's count of the same number of parameters stands in.
  const counted = run?.recipe.trainable === trainable ? run.recipe.memory : null;
  const verified = status === 'verified';
  return { recipe, accuracy, trainable, memory: memory ?? counted, verified };
}

function trained({ state, accuracy, recipe }: Progress): Unnamed | null {
  if (accuracy === null || (state !== 'finished' && state !== 'stopped')) return null;
  const { trainable, memory } = recipe;
  return { recipe: summaryName(recipe), accuracy, trainable, memory, verified: false };
}

export interface Mark {
  point: ClassPoint;
  x: number;
  y: number;
}

export interface ParetoLayout {
  marks: Mark[];
  /** Corners of the frontier's steps, from the cheapest verified point to the most accurate one. */
  frontier: Point[];
  /** Participants on the frontier, from the cheapest up. */
  best: string[];
  x: Scale;
  y: Scale;
  xTicks: number[];
  yTicks: number[];
}

export interface Frame {
  width: number;
  height: number;
  margin: { top: number; right: number; bottom: number; left: number };
}

/** Decimal logarithms: methods differ by a thousandfold in what they train. */
export function paretoLayout(
  points: readonly ClassPoint[],
  cost: Cost,
  { width, height, margin }: Frame,
): ParetoLayout {
  const shown = points.flatMap((point) => {
    const spent = point[cost];
    return spent !== null && spent > 0 ? [{ point, spent }] : [];
  });
  const exponents = shown.map(({ spent }) => Math.log10(spent));
  const xDomain = decades(exponents);
  const yDomain = accuracyDomain(shown.map(({ point }) => point.accuracy));
  const log = linear(xDomain, [margin.left, width - margin.right]);
  const y = linear(yDomain, [height - margin.bottom, margin.top]);
  const x: Scale = Object.assign((value: number) => log(Math.log10(value)), { domain: xDomain });
  const best = frontierOf(
    shown.filter(({ point }) => point.verified),
    ({ spent }) => spent,
    ({ point }) => point.accuracy,
  );
  const marks = shown.map(({ point, spent }) => ({ point, x: x(spent), y: y(point.accuracy) }));
  return {
    marks,
    frontier: stepCorners(best.map(({ point, spent }) => ({ x: x(spent), y: y(point.accuracy) }))),
    best: best.map(({ point }) => point.participantId),
    x,
    y,
    xTicks: decadeTicks(xDomain),
    yTicks: ticks(yDomain, 4),
  };
}

/** From a whole decade to a whole decade; one decade where there is nothing. */
function decades(exponents: readonly number[]): [number, number] {
  if (exponents.length === 0) return [4, 5];
  const low = Math.floor(Math.min(...exponents));
  return [low, Math.max(low + 1, Math.ceil(Math.max(...exponents)))];
}

/** The upper end is 1; the lower one leaves out what nobody has reached. */
function accuracyDomain(accuracies: readonly number[]): [number, number] {
  const low = accuracies.length === 0 ? 0 : Math.min(...accuracies);
  return [Math.max(0, Math.floor(low * 10) / 10), 1];
}

function decadeTicks([low, high]: readonly [number, number]): number[] {
  return Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
}
