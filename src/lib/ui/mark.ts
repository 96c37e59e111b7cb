/**
 * Geometry of the mark: the weight matrix W with what a method trains beside it, in true proportion.
 *
 * For LoRA, W is `width` wide and as tall; B stands at its right, `rank` wide; A lies below it, `rank` tall.
 * The figure is scaled to fit a square, so a higher rank widens the strips and W gives way. The other methods
 * have the same W: an adapter is a waist below it, as narrow as its bottleneck; a prefix is a bar in front of it,
 * `length` wide; IA³'s factors are lines along its rows and columns; prompting leaves W alone.
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

export type MarkKind =
  'lora' | 'full' | 'head' | 'adapter' | 'prefix' | 'p-tuning-v2' | 'ia3' | 'prompting';

/** A closed polygon, and the box that progress fills. */
export interface MarkPart {
  points: readonly (readonly [x: number, y: number])[];
  box: Rect;
}

export interface MarkShapes {
  w: Rect;
  /** Drawn over and beside W in the colour of what is trained. */
  trained: MarkPart[];
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

/** Height of a waist and thickness of IA³'s lines, as shares of W's side. */
const WAIST = 0.34;
const LINE = 0.055;
/** Where IA³'s lines lie: the outputs of two matrices are scaled row by row, the input of one column by column. */
const ROWS = [0.2, 0.5];
const COLUMNS = [0.74];
/** Pieces of P-Tuning v2's bar, one a layer: nothing stands between them and what is trained. */
const PIECES = 4;

/**
 * @param small LoRA's rank, an adapter's bottleneck or a prefix's length, in the unit of `width`
 * @param width side of W, in parameters
 * @param size side of the square to fit, in drawing units
 */
export function markShapes(kind: MarkKind, small: number, width: number, size: number): MarkShapes {
  const { w, a, b } = markGeometry(small, width, size);
  const whole = { x: 0, y: 0, width: size, height: size };
  switch (kind) {
    case 'lora':
      return { w, trained: [b, a].map(rectangle) };
    case 'head':
      return { w, trained: [rectangle(a)] };
    case 'full':
      return { w, trained: [rectangle(w)] };
    case 'prompting':
      return { w: whole, trained: [] };
    case 'ia3':
      return { w: whole, trained: factorLines(size).map(rectangle) };
    case 'adapter':
      return waist(small / width, size);
    case 'prefix':
    case 'p-tuning-v2': {
      // B's place, on the other side: what comes first stands at the left.
      const bar = { ...b, x: 0 };
      return {
        w: { ...w, x: size - w.width },
        trained: kind === 'prefix' ? [rectangle(bar)] : pieces(bar).map(rectangle),
      };
    }
  }
}

function rectangle(box: Rect): MarkPart {
  const [right, bottom] = [box.x + box.width, box.y + box.height];
  return {
    box,
    points: [
      [box.x, box.y],
      [right, box.y],
      [right, bottom],
      [box.x, bottom],
    ],
  };
}

/** Down to the bottleneck and up again, below W. @param share the bottleneck over the model's width */
function waist(share: number, size: number): MarkShapes {
  const side = size / (1 + GAP + WAIST);
  const top = side * (1 + GAP);
  const inset = ((1 - Math.max(THINNEST, share)) * side) / 2;
  const middle = (top + size) / 2;
  return {
    w: { x: 0, y: 0, width: side, height: side },
    trained: [
      {
        box: { x: 0, y: top, width: side, height: size - top },
        points: [
          [0, top],
          [side, top],
          [side - inset, middle],
          [side, size],
          [0, size],
          [inset, middle],
        ],
      },
    ],
  };
}

function factorLines(size: number): Rect[] {
  const thickness = size * LINE;
  return [
    ...ROWS.map((at) => ({ x: 0, y: at * size, width: size, height: thickness })),
    ...COLUMNS.map((at) => ({ x: at * size, y: 0, width: thickness, height: size })),
  ];
}

function pieces(bar: Rect): Rect[] {
  const pitch = bar.height / (PIECES - 0.4);
  return Array.from({ length: PIECES }, (_, index) => ({
    ...bar,
    y: bar.y + index * pitch,
    height: pitch * 0.6,
  }));
}

/** The part of `rect` that `progress` (0–1) fills: along its longer side, columns from the bottom up. */
export function filled(rect: Rect, progress: number): Rect {
  const share = Math.min(1, Math.max(0, progress));
  if (rect.width > rect.height) return { ...rect, width: rect.width * share };
  const height = rect.height * share;
  return { ...rect, y: rect.y + rect.height - height, height };
}
