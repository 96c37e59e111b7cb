/** Scales and paths of a line plot: data in, SVG coordinates out. No DOM. */

export interface Point {
  x: number;
  y: number;
}

export interface Scale {
  (value: number): number;
  domain: readonly [number, number];
}

/** Linear map of `domain` onto `range`. An empty domain maps to the start of the range. */
export function linear(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const span = domain[1] - domain[0];
  const map = (value: number) =>
    span === 0 ? range[0] : range[0] + ((value - domain[0]) / span) * (range[1] - range[0]);
  return Object.assign(map, { domain });
}

/** For points that are coordinates already. */
export const identity: Scale = Object.assign((value: number) => value, { domain: [0, 1] as const });

/** About `count` round numbers (1, 2 or 5 times a power of ten) inside the domain. */
export function ticks([low, high]: readonly [number, number], count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** SVG path through the finite points; a gap breaks the line. */
export function path(points: readonly Point[], x: Scale, y: Scale): string {
  let text = '';
  let pen = 'M';
  for (const point of points) {
    if (!Number.isFinite(point.y)) {
      pen = 'M';
      continue;
    }
    text += `${pen}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`;
    pen = 'L';
  }
  return text;
}

/**
 * At most `limit` points: each bucket's mean, which is what a batch loss is read for. Short series
 * are left as they are.
 */
export function thin(points: readonly Point[], limit: number): readonly Point[] {
  if (points.length <= limit) return points;
  const size = points.length / limit;
  return Array.from({ length: limit }, (_, i) => {
    const bucket = points.slice(Math.floor(i * size), Math.floor((i + 1) * size));
    const mean = (pick: (point: Point) => number) =>
      bucket.reduce((sum, point) => sum + pick(point), 0) / bucket.length;
    return { x: mean((point) => point.x), y: mean((point) => point.y) };
  });
}
