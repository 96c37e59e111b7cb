/**
 * Geometry of the mark: the weight matrix W with its two low-rank factors, in true proportion.
 *
 * W is `width` wide and as tall; B stands at its right, `rank` wide; A lies below it, `rank` tall.
 * The figure is scaled to fit a unit square, so a higher rank widens the strips and W gives way.
 */

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface MarkGeometry {
  w: Rect;
  /** d × r, right of W. */
  b: Rect;
  /** r × d, below W. */
  a: Rect;
}

/** Space between W and a strip, as a share of W's side. */
const GAP = 0.1;
/** The thinnest strip that can still be seen, as a share of W's side. */
const THINNEST = 0.02;

/**
 * @param rank columns of B and rows of A
 * @param width side of W, in parameters
 * @param size side of the square to fit, in drawing units
 */
export function markGeometry(rank: number, width: number, size: number): MarkGeometry {
  const strip = Math.max(THINNEST, rank / width);
  const side = size / (1 + GAP + strip);
  const offset = side * (1 + GAP);
  const thickness = side * strip;
  return {
    w: { x: 0, y: 0, width: side, height: side },
    b: { x: offset, y: 0, width: thickness, height: side },
    a: { x: 0, y: offset, width: side, height: thickness },
  };
}

/** The part of `rect` that `progress` (0–1) fills: along its longer side, columns from the bottom up. */
export function filled(rect: Rect, progress: number): Rect {
  const share = Math.min(1, Math.max(0, progress));
  if (rect.width > rect.height) return { ...rect, width: rect.width * share };
  const height = rect.height * share;
  return { ...rect, y: rect.y + rect.height - height, height };
}
