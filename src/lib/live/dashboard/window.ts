/** Which tiles of a long grid are drawn: those in view and a row beyond. Pure; sizes in CSS pixels. */

export interface Grid {
  columns: number;
  /** Of one tile and the gap below it. */
  rowHeight: number;
  count: number;
}

export interface Span {
  /** Index of the first tile drawn. */
  first: number;
  /** Index after the last one. */
  end: number;
}

/** Rows drawn above and below what is in view, so that scrolling does not show their absence. */
const BEYOND = 1;

/** How many tiles stand in a row: as many as are at least `least` wide. */
export function columnsIn(width: number, least: number, gap: number): number {
  return Math.max(1, Math.floor((width + gap) / (least + gap)));
}

export const rowsOf = ({ count, columns }: Pick<Grid, 'count' | 'columns'>): number =>
  Math.ceil(count / columns);

export function spanInView(
  { columns, rowHeight, count }: Grid,
  scrollTop: number,
  height: number,
): Span {
  const top = Math.floor(scrollTop / rowHeight) - BEYOND;
  const bottom = Math.ceil((scrollTop + height) / rowHeight) + BEYOND;
  const first = Math.min(Math.max(0, top) * columns, Math.max(0, count - 1));
  return { first, end: Math.min(count, Math.max(0, bottom) * columns) };
}

/** Indexes to draw, ascending: the span, and the one that has the focus, wherever it is. */
export function indexesToDraw({ first, end }: Span, focused: number | null): number[] {
  const indexes = Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
  if (focused === null || (focused >= first && focused < end)) return indexes;
  return focused < first ? [focused, ...indexes] : [...indexes, focused];
}

/** Where a key leads from the tile at `index`; null for a key that leads nowhere. */
export function destination(key: string, index: number, { count, columns }: Grid): number | null {
  const move: Record<string, number> = {
    ArrowRight: index + 1,
    ArrowLeft: index - 1,
    ArrowDown: index + columns,
    ArrowUp: index - columns,
    Home: 0,
    End: count - 1,
  };
  const to = move[key];
  return to === undefined || to < 0 || to >= count ? null : to;
}

/** The scroll position nearest to `scrollTop` at which the tile at `index` is in view. */
export function scrollTo(
  index: number,
  { columns, rowHeight }: Grid,
  scrollTop: number,
  height: number,
) {
  const top = Math.floor(index / columns) * rowHeight;
  return Math.min(top, Math.max(scrollTop, top + rowHeight - height));
}
