/** The plot: points in, SVG coordinates out. Each group of comparable points has a frontier of its own. */
import { frontierOf, stepCorners } from '../../lab/pareto.ts';
import { linear, ticks, type Point } from '../../lab/plot.ts';
import type { Rect } from '../../ui/mark.ts';
import { AXIS, costOf, type Axis } from './axes.ts';
import { placeLabels, type Label } from './labels.ts';
import { within, type Limits, type PlotPoint, type Source } from './points.ts';

export interface Mark {
  point: PlotPoint;
  x: number;
  y: number;
  /** Ends of the bar of one standard deviation either way; null without seeds. */
  barX: readonly [number, number] | null;
  barY: readonly [number, number] | null;
  /** Outside of a limit, or not known to be within it. */
  out: boolean;
  best: boolean;
}

export interface Tick {
  at: number;
  text: string;
}

export interface Frontier {
  source: Source;
  group: string;
  /** Corners of its steps. */
  corners: Point[];
  /** Its points, from the cheapest up. */
  points: PlotPoint[];
}

export interface Layout {
  marks: Mark[];
  labels: Label[];
  frontiers: Frontier[];
  xTicks: Tick[];
  yTicks: Tick[];
  /** Points that have no figure for one of the axes, or none that a logarithm has a place for. */
  left: PlotPoint[];
}

export interface Frame {
  width: number;
  height: number;
  margin: { top: number; right: number; bottom: number; left: number };
}

interface Shown {
  point: PlotPoint;
  x: number;
  y: number;
}

export function plotLayout(
  points: readonly PlotPoint[],
  {
    x: xAxis,
    y: yAxis,
    limits,
    chosen,
  }: { x: Axis; y: Axis; limits: Limits; chosen: string | null },
  { width, height, margin }: Frame,
): Layout {
  const shown: Shown[] = [];
  const left: PlotPoint[] = [];
  for (const point of points) {
    const [x, y] = [point.values[xAxis], point.values[yAxis]];
    if (hasPlace(xAxis, x) && hasPlace(yAxis, y)) shown.push({ point, x, y });
    else left.push(point);
  }
  const [across, up] = [margin.left, height - margin.bottom];
  const xScale = axisScale(xAxis, extentOf(shown, xAxis, 'x'), [across, width - margin.right]);
  const yScale = axisScale(yAxis, extentOf(shown, yAxis, 'y'), [up, margin.top]);

  const fits = shown.filter(({ point }) => within(point, limits));
  const frontiers = [...new Set(shown.map(({ point }) => point.group))].map((group) => {
    const best = frontierOf(
      fits.filter(({ point }) => point.group === group),
      ({ x }) => costOf(xAxis, x),
      ({ y }) => -costOf(yAxis, y),
    );
    return {
      group,
      source: shown.find(({ point }) => point.group === group)!.point.source,
      points: best.map(({ point }) => point),
      corners: stepCorners(best.map(({ x, y }) => ({ x: xScale.map(x), y: yScale.map(y) }))),
    };
  });
  const best = new Set(frontiers.flatMap((frontier) => frontier.points));
  const marks = shown.map(({ point, x, y }): Mark => {
    const bar = (axis: Axis, value: number, map: (value: number) => number) => {
      const deviation = point.deviations[axis];
      return deviation ? ([map(value - deviation), map(value + deviation)] as const) : null;
    };
    return {
      point,
      x: xScale.map(x),
      y: yScale.map(y),
      barX: bar(xAxis, x, xScale.map),
      barY: bar(yAxis, y, yScale.map),
      out: !within(point, limits),
      best: best.has(point),
    };
  });
  const rank = ({ point, best, out }: Mark) => (point.id === chosen ? 0 : best ? 1 : out ? 3 : 2);
  const order = marks.map((_, index) => index).sort((a, b) => rank(marks[a]!) - rank(marks[b]!));
  const labels = placeLabels(
    marks.map(({ x, y, point }) => ({ x, y, text: point.label })),
    order,
    {
      x: margin.left + 2,
      y: margin.top - 12,
      width: width - margin.left - 4,
      height: up - margin.top + 8,
    },
    linesOf(frontiers, marks),
    marks.filter((mark) => rank(mark) < 2).length,
  );
  return { marks, labels, frontiers, left, xTicks: xScale.ticks, yTicks: yScale.ticks };
}

/** A logarithm has no place for zero and less. */
const hasPlace = (axis: Axis, value: number | null): value is number =>
  value !== null && (!AXIS[axis].log || value > 0);

/** Boxes of what names should not cross: the frontiers' steps and the bars. */
function linesOf(frontiers: readonly Frontier[], marks: readonly Mark[]): Rect[] {
  const box = (a: Point, b: Point): Rect => ({
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y) - 1,
    width: Math.abs(a.x - b.x) + 1,
    height: Math.abs(a.y - b.y) + 2,
  });
  const steps = frontiers.flatMap(({ corners }) =>
    corners.slice(1).map((corner, index) => box(corners[index]!, corner)),
  );
  const bars = marks.flatMap(({ x, y, barX, barY }) => [
    ...(barY ? [box({ x, y: barY[0] }, { x, y: barY[1] })] : []),
    ...(barX ? [box({ x: barX[0], y }, { x: barX[1], y })] : []),
  ]);
  return [...steps, ...bars];
}

/** Least and most, deviations included; null where there is nothing. */
function extentOf(shown: readonly Shown[], axis: Axis, along: 'x' | 'y'): [number, number] | null {
  if (shown.length === 0) return null;
  const ends = shown.flatMap((one) => {
    const deviation = one.point.deviations[axis] ?? 0;
    return [one[along] - deviation, one[along] + deviation];
  });
  return [Math.min(...ends), Math.max(...ends)];
}

interface AxisScale {
  map: (value: number) => number;
  ticks: Tick[];
}

function axisScale(
  axis: Axis,
  extent: [number, number] | null,
  range: readonly [number, number],
): AxisScale {
  const { log, tick } = AXIS[axis];
  const domain = log ? logDomain(extent ?? [1, 10]) : linearDomain(extent ?? [0, 1]);
  const line = linear(log ? [Math.log10(domain[0]), Math.log10(domain[1])] : domain, range);
  const map = (value: number) => line(log ? Math.log10(Math.max(value, Number.MIN_VALUE)) : value);
  const values = log ? logTicks(domain) : ticks(domain, 5);
  return { map, ticks: values.map((value) => ({ at: map(value), text: tick(value) })) };
}

/** Room for names and marks at both ends. */
const LOG_ROOM = 1.35;
const logDomain = ([low, high]: [number, number]): [number, number] => [
  low / LOG_ROOM,
  high * LOG_ROOM,
];

/** To round tenths, or twentieths where that is all there is. */
function linearDomain([low, high]: [number, number]): [number, number] {
  const step = high - low > 0.15 ? 0.1 : 0.05;
  const [from, to] = [Math.floor(low / step - 1e-9) * step, Math.ceil(high / step + 1e-9) * step];
  return [Math.max(0, from), to > from ? to : from + step];
}

const FEW = 6;
/** Decades; where those are fewer than three, 1, 2 and 5 times them, or 1 and 3 times where that were many. */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const decades = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const of = (factors: readonly number[]) =>
    decades
      .flatMap((decade) => factors.map((factor) => Number(`${factor}e${decade}`)))
      .filter((value) => value >= low && value <= high);
  const whole = of([1]);
  if (whole.length >= 3) {
    const every = Math.ceil(whole.length / FEW);
    return whole.filter((_, index) => (whole.length - 1 - index) % every === 0);
  }
  const fine = of([1, 2, 5]);
  if (fine.length > FEW + 1) return of([1, 3]);
  return fine.length > 1 ? fine : of([1, 1.5, 2, 3, 5, 7]);
}
