/** Where the names of paths stand on the drawing of the surface. Pure. */
import type { Scale } from '../../lab/plot.ts';
import { placeLabels, type Vertex } from './contours.ts';
import type { Path } from './descent.ts';
import { spread } from './marks.ts';
import type { PathName } from './state.ts';

/** Pixels from the middle of the longest name to its end. */
const HALF_NAME = 36;

export interface Exit {
  name: PathName;
  /** Of the step that left. */
  step: number;
  /** Where the path crosses the border. */
  x: number;
  y: number;
  /** Height of its name, and whether that stands to the left of it. */
  label: number;
  leftwards: boolean;
}

/** The paths that flew off, in screen coordinates. The scales' domains are what was recorded. */
export function exitsOf(paths: readonly Path[], x: Scale, y: Scale, apart: number): Exit[] {
  const [left, right, bottom, top] = [
    x(x.domain[0]),
    x(x.domain[1]),
    y(y.domain[0]),
    y(y.domain[1]),
  ];
  const found = paths.flatMap(({ name, points, left: flight }) => {
    if (!flight) return [];
    const [a, b] = points.at(-1)!.place;
    const [u, v] = flight.place;
    const part = Math.min(shareInside(a, u, x.domain), shareInside(b, v, y.domain));
    const at = { x: x(a + part * (u - a)), y: y(b + part * (v - b)) };
    return [{ name, step: flight.step, ...at, leftwards: at.x > (left + right) / 2 }];
  });
  const inside = [top + apart / 2, bottom - apart / 2] as const;
  const labels = spread(
    found.map((exit) => exit.y),
    apart,
    inside,
  );
  return found.map((exit, index) => ({ ...exit, label: labels[index]! }));
}

/** How much of the way from one value to another lies within bounds, 0–1. */
function shareInside(from: number, to: number, [low, high]: readonly [number, number]): number {
  if (to > high) return (high - from) / (to - from);
  return to < low ? (low - from) / (to - from) : 1;
}

/** A place on each path that stayed, where the others are far; none where there is no such place. */
export function namesOf(
  paths: readonly Path[],
  x: Scale,
  y: Scale,
  apart: number,
  avoided: readonly Vertex[],
): { name: PathName; at: Vertex }[] {
  const [left, right] = [x(x.domain[0]) + HALF_NAME, x(x.domain[1]) - HALF_NAME];
  const onScreen = ({ points }: Path): Vertex[] =>
    points.map(({ place: [a, b] }) => [x(a), y(b)] as const);
  const placed: { name: PathName; at: Vertex }[] = [];
  for (const path of paths) {
    if (path.left) continue;
    const others = paths.filter((other) => other !== path).flatMap(onScreen);
    const taken = [...avoided, ...others, ...placed.map(({ at }) => at)];
    const size = [x(x.domain[1]), y(y.domain[0])] as const;
    const room = onScreen(path).filter(([at]) => at >= left && at <= right);
    const [label] = placeLabels([{ level: 0, lines: [room] }], size, apart, taken);
    if (label) placed.push({ name: path.name, at: label.at });
  }
  return placed;
}
