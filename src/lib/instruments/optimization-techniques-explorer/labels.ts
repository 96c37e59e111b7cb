/** Places for names beside their marks, so that no two overlap and none leaves the frame. Pure. */
import type { Rect } from '../../ui/mark.ts';

export interface ToLabel {
  x: number;
  y: number;
  text: string;
}

export interface Label {
  /** Index of what it names. */
  index: number;
  /** Of the text's start or end, and its baseline's middle. */
  x: number;
  y: number;
  anchor: 'start' | 'end' | 'middle';
}

/** Of Inter at 13 px, a little more than its mean. */
const CHARACTER = 6.9;
const LINE = 15;
/** Half the side of a mark. */
const MARK = 6;
const GAP = 4;

/**
 * Each name goes to the first free place: right, left, above, below, then aslant. One that finds none has none; the
 * first have the choice.
 * @param order indices, those that matter most first
 * @param lines boxes of lines, which names do not cross
 * @param needed so many of the first cross a line rather than have no place
 */
export function placeLabels(
  marks: readonly ToLabel[],
  order: readonly number[],
  frame: Rect,
  lines: readonly Rect[] = [],
  needed = 0,
): Label[] {
  const taken: Rect[] = marks.map(({ x, y }) => ({
    x: x - MARK,
    y: y - MARK,
    width: 2 * MARK,
    height: 2 * MARK,
  }));
  const labels: Label[] = [];
  for (const [position, index] of order.entries()) {
    const mark = marks[index]!;
    const free = places(mark, index)
      .map((label) => ({ label, box: boxOf(label, mark.text) }))
      .filter(({ box }) => inside(box, frame) && !taken.some((other) => overlap(box, other)));
    const found =
      free.find(({ box }) => !lines.some((line) => overlap(box, line))) ??
      (position < needed ? free[0] : undefined);
    if (!found) continue;
    taken.push(found.box);
    labels.push(found.label);
  }
  return labels;
}

function places({ x, y }: ToLabel, index: number): Label[] {
  const aside = MARK + GAP;
  const line = MARK + LINE / 2 + 1;
  return [
    { index, x: x + aside, y, anchor: 'start' },
    { index, x: x - aside, y, anchor: 'end' },
    { index, x, y: y - line, anchor: 'middle' },
    { index, x, y: y + line, anchor: 'middle' },
    { index, x: x + MARK, y: y - line, anchor: 'start' },
    { index, x: x + MARK, y: y + line, anchor: 'start' },
    { index, x: x - MARK, y: y - line, anchor: 'end' },
    { index, x: x - MARK, y: y + line, anchor: 'end' },
  ];
}

export function boxOf({ x, y, anchor }: Label, text: string): Rect {
  const width = text.length * CHARACTER;
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  return { x: left, y: y - LINE / 2, width, height: LINE };
}

const inside = (box: Rect, frame: Rect) =>
  box.x >= frame.x &&
  box.y >= frame.y &&
  box.x + box.width <= frame.x + frame.width &&
  box.y + box.height <= frame.y + frame.height;

export const overlap = (a: Rect, b: Rect) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
