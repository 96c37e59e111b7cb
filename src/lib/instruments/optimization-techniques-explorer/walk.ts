/** Ways through the points by keyboard: left and right along one axis, up and down along the other. Pure. */
import type { Point } from '../../lab/plot.ts';

/** Index of the mark that a key leads to from mark `from`; null for a key that leads nowhere. */
export function markAfter(marks: readonly Point[], from: number, key: string): number | null {
  const rightwards = inOrder(marks, ({ x, y }) => [x, -y]);
  const upwards = inOrder(marks, ({ x, y }) => [-y, x]);
  switch (key) {
    case 'ArrowRight':
      return beside(rightwards, from, 1);
    case 'ArrowLeft':
      return beside(rightwards, from, -1);
    case 'ArrowUp':
      return beside(upwards, from, 1);
    case 'ArrowDown':
      return beside(upwards, from, -1);
    case 'Home':
      return rightwards[0] ?? null;
    case 'End':
      return rightwards.at(-1) ?? null;
    default:
      return null;
  }
}

function inOrder(marks: readonly Point[], by: (mark: Point) => [number, number]): number[] {
  const keys = marks.map(by);
  return marks
    .map((_, index) => index)
    .sort((a, b) => keys[a]![0] - keys[b]![0] || keys[a]![1] - keys[b]![1] || a - b);
}

function beside(order: readonly number[], from: number, step: 1 | -1): number {
  const at = order.indexOf(from) + step;
  return order[Math.max(0, Math.min(order.length - 1, at))] ?? from;
}
