/** Curves that a host picks for the projector: whose runs show a problem, in which order, and what is sent. Pure. */
import { thin, type Point } from '../../lab/plot.ts';
import type { Diagnosis } from '../../lab/diagnosis.ts';
import type { LossHistory } from '../loss-history.ts';
import { MAX_CURVE_POINTS, MAX_CURVES, type ProjectorView } from '../projector.ts';
import type { Tile } from './tiles.ts';

/** Digits of a loss that a projector can show. */
const DIGITS = 3;

const hasCurve = (losses: LossHistory, id: string): boolean =>
  (losses[id]?.points.length ?? 0) >= 2;

/** Students whose current run shows the problem, in the order of joining. */
export function affected(tiles: readonly Tile[], problem: Diagnosis): Tile[] {
  return tiles.filter(({ flags }) => flags.includes(problem));
}

/** The first of them whose curve this page has seen, as many as a projector shows. */
export function pickCurves(
  tiles: readonly Tile[],
  problem: Diagnosis,
  losses: LossHistory,
): string[] {
  return affected(tiles, problem)
    .map(({ id }) => id)
    .filter((id) => hasCurve(losses, id))
    .slice(0, MAX_CURVES);
}

/** The selection with one more; as it was where that has no curve, is in it, or there is no room. */
export function withCurve(
  picked: readonly string[],
  id: string,
  losses: LossHistory,
): readonly string[] {
  const room = picked.length < MAX_CURVES && !picked.includes(id) && hasCurve(losses, id);
  return room ? [...picked, id] : picked;
}

/** The curve at `index` one place earlier (−1) or later (1). */
export function moved(picked: readonly string[], index: number, by: -1 | 1): readonly string[] {
  const [one, other] = [picked[index], picked[index + by]];
  if (one === undefined || other === undefined) return picked;
  return picked.map((id) => (id === one ? other : id === other ? one : id));
}

/** What is sent: no names, few digits; null where no curve is left to show. */
export function viewOf(
  picked: readonly string[],
  title: string,
  losses: LossHistory,
): ProjectorView | null {
  const curves = picked.flatMap((id) => {
    const seen = losses[id];
    if (!seen || !hasCurve(losses, id)) return [];
    return [{ points: pairs(seen.points), validation: pairs(seen.validation) }];
  });
  return curves.length === 0 ? null : { kind: 'curves', title, curves };
}

function pairs(points: readonly Point[]): [number, number][] {
  return thin(points, MAX_CURVE_POINTS).map(({ x, y }) => [
    Math.round(x),
    Number(y.toPrecision(DIGITS)),
  ]);
}
