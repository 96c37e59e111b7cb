/** How the optimisers are told apart without colour: a dash and a marker each; and where their labels stand. Pure. */
import type { PathName } from './state.ts';

/** `stroke-dasharray` of a line. */
export const DASHES: Record<PathName, string> = { sgd: 'none', momentum: '7 4', adamw: '2 3' };

/** SVG path of a marker about (x, y) whose half width is r: a circle, a square, a triangle. */
export function markAt(name: PathName, x: number, y: number, r: number): string {
  const [left, top] = [(x - r).toFixed(1), (y - r).toFixed(1)];
  switch (name) {
    case 'sgd':
      return `M${left} ${y.toFixed(1)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
    case 'momentum':
      return `M${left} ${top}h${2 * r}v${2 * r}h${-2 * r}Z`;
    case 'adamw':
      return `M${x.toFixed(1)} ${(y - 1.2 * r).toFixed(1)}l${1.2 * r} ${2.2 * r}h${-2.4 * r}Z`;
  }
}

/** Values moved so that any two of them are `apart`, in their order, within the bounds as far as there is room. */
export function spread(
  values: readonly number[],
  apart: number,
  [low, high]: readonly [number, number],
): number[] {
  const order = values.map((_, index) => index).sort((i, j) => values[i]! - values[j]!);
  const out = [...values];
  let least = low;
  for (const index of order) {
    out[index] = Math.max(values[index]!, least);
    least = out[index] + apart;
  }
  let most = high;
  for (const index of order.reverse()) {
    out[index] = Math.min(out[index]!, most);
    most = out[index] - apart;
  }
  return out;
}
