/** The Pareto frontier of any points: what no other beats in both of two figures. Pure, and for every plot the same. */
import type { Point } from './plot.ts';

/**
 * The points that no other dominates: none costs as little and yields as much, with one of the two better. From the
 * cheapest up, each yields more than the one before; of equals the first stands.
 * @param cost the less of it the better
 * @param gain the more of it the better
 */
export function frontierOf<T>(
  points: readonly T[],
  cost: (point: T) => number,
  gain: (point: T) => number,
): T[] {
  const sorted = [...points].sort((a, b) => cost(a) - cost(b) || gain(b) - gain(a));
  const best: T[] = [];
  for (const candidate of sorted) {
    const last = best.at(-1);
    if (last === undefined || gain(candidate) > gain(last)) best.push(candidate);
  }
  return best;
}

/** Corners of the frontier's steps: between two of its points nothing is known to be better than the cheaper one. */
export function stepCorners(points: readonly Point[]): Point[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    return before ? [{ x: point.x, y: before.y }, point] : [point];
  });
}

/** The mark nearest to a place, within `reach`. */
export function nearestMark<T extends Point>(
  marks: readonly T[],
  { x, y }: Point,
  reach: number,
): T | null {
  let found: T | null = null;
  let least = reach;
  for (const mark of marks) {
    const distance = Math.hypot(mark.x - x, mark.y - y);
    if (distance > least) continue;
    least = distance;
    found = mark;
  }
  return found;
}
