/** Ways through the drawing by keyboard: to the neighbour in a direction, and within a matrix. Pure. */
import type { Rect } from '../../ui/mark.ts';

export type Direction = 'left' | 'right' | 'up' | 'down';

const KEYS: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};
export const directionOf = (key: string): Direction | null => KEYS[key] ?? null;

const STEP: Record<Direction, readonly [dx: number, dy: number]> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, -1],
  down: [0, 1],
};

/** An arrow stays in its row or column while that has anything ahead; else what is least aside is next. */
const ASIDE = 1e6;

/** Index of the box that an arrow leads to from box `from`; `from` itself where there is none. */
export function neighbour(boxes: readonly Rect[], from: number, direction: Direction): number {
  const [dx, dy] = STEP[direction];
  const start = boxes[from]!;
  let [best, nearest] = [from, Infinity];
  boxes.forEach((box, index) => {
    const [x, y] = [centre(box).x - centre(start).x, centre(box).y - centre(start).y];
    const ahead = x * dx + y * dy;
    if (index === from || ahead <= 1e-6) return;
    // Overlapping in the other direction is not aside at all.
    const aside =
      dx === 0
        ? apart(start.x, start.width, box.x, box.width)
        : apart(start.y, start.height, box.y, box.height);
    const distance = ahead + ASIDE * aside;
    if (distance < nearest) [best, nearest] = [index, distance];
  });
  return best;
}

const centre = ({ x, y, width, height }: Rect) => ({ x: x + width / 2, y: y + height / 2 });
const apart = (a: number, lengthA: number, b: number, lengthB: number) =>
  Math.max(0, b - (a + lengthA), a - (b + lengthB));

export type Cell = readonly [row: number, column: number];

/** Rows or columns that Page Up and Page Down pass. */
const PAGE = 16;

/** The cell that a key leads to in a matrix of this size; null for a key that leads nowhere. */
export function cellAfter(key: string, [row, column]: Cell, [rows, columns]: Cell): Cell | null {
  const at = (r: number, c: number): Cell => [clamp(r, rows), clamp(c, columns)];
  const direction = directionOf(key);
  if (direction) {
    const [dx, dy] = STEP[direction];
    return at(row + dy, column + dx);
  }
  switch (key) {
    case 'Home':
      return at(row, 0);
    case 'End':
      return at(row, columns - 1);
    case 'PageUp':
      return at(row - PAGE, column);
    case 'PageDown':
      return at(row + PAGE, column);
    default:
      return null;
  }
}

export const clamp = (value: number, size: number) => Math.max(0, Math.min(size - 1, value));
