/**
 * W with its factors in true proportion, as the mark has them: W [out, in], B [out, r] at its right, A [r, in] below it,
 * and ΔW at the far right, as large as W. One unit is one row or column, so an area is a number of parameters. Pure.
 */
import type { Rect } from '../../ui/mark.ts';

export interface FactorShapes {
  width: number;
  height: number;
  w: Rect;
  /** Null where the method puts no pair beside this matrix. */
  b: Rect | null;
  a: Rect | null;
  /** DoRA's length of each row, one unit wide. */
  magnitude: Rect | null;
  delta: Rect;
}

/** Between W and a strip, and before ΔW, as shares of the width that the model's narrow side has. */
const NEAR = 0.05;
const FAR = 0.24;

/** @param rank null where there are no factors */
export function factorShapes(
  [out, into]: readonly [out: number, into: number],
  rank: number | null,
  dora = false,
): FactorShapes {
  const side = Math.min(out, into);
  const [near, far] = [side * NEAR, side * FAR];
  const w = { x: 0, y: 0, width: into, height: out };
  const b = rank === null ? null : { x: into + near, y: 0, width: rank, height: out };
  const a = rank === null ? null : { x: 0, y: out + near, width: into, height: rank };
  const behind = b ? b.x + b.width : into;
  const magnitude = b && dora ? { x: behind + near, y: 0, width: 1, height: out } : null;
  const left = (magnitude ? magnitude.x + 1 : behind) + far;
  return {
    width: left + into,
    height: a ? a.y + a.height : out,
    w,
    b,
    a,
    magnitude,
    delta: { x: left, y: 0, width: into, height: out },
  };
}
