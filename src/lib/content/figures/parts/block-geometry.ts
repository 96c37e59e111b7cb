/**
 * One block of `nano` as a drawing in which a matrix [out, in] is `out` tall and `in` wide, and what each method trains
 * in it. One unit is one row or column, so an area is a number of parameters.
 */
import type { Rect } from '../../../ui/mark.ts';
import { NANO } from './facts.ts';

export interface DrawnMatrix extends Rect {
  name: string;
}

export interface DrawnMethod {
  id: string;
  name: string;
  /** What is trained, in words. */
  trains: string;
  /** Drawn over a frozen matrix where they lie on one. */
  trained: readonly Rect[];
}

const { width: d, inner } = NANO;
/** Room beside and below each matrix for a pair of factors. */
const GAP = 32;
/** As the methods' defaults have them. */
const RANK = 8;
const PREFIX = 8;
const BOTTLENECK = d / 8;
/** Between a matrix and what stands beside it. */
const NEAR = 6;
/** A vector is one unit wide, which cannot be seen: the figure says that it is drawn wider. */
export const VECTOR = 6;

const TOP = PREFIX + 2 * NEAR;
const SECOND = TOP + d + GAP + RANK;

export const MATRICES: readonly DrawnMatrix[] = [
  ...['q', 'k', 'v', 'o'].map((name, index) => ({
    name,
    x: index * (d + GAP),
    y: TOP,
    width: d,
    height: d,
  })),
  { name: 'gate', x: 0, y: SECOND, width: d, height: inner },
  { name: 'up', x: d + GAP, y: SECOND, width: d, height: inner },
  { name: 'down', x: 2 * (d + GAP), y: SECOND, width: inner, height: d },
];

export const EXTENT = {
  width: 2 * (d + GAP) + inner + NEAR + RANK,
  height: SECOND + inner + NEAR + RANK,
};

const matrix = (name: string) => MATRICES.find((one) => one.name === name)!;

/** B at the right of its matrix and A below it. */
function factors({ x, y, width, height }: Rect): Rect[] {
  return [
    { x: x + width + NEAR, y, width: RANK, height },
    { x, y: y + height + NEAR, width, height: RANK },
  ];
}

function bottleneck(): Rect[] {
  const { x, y, height } = matrix('down');
  const top = y + height + GAP;
  return [
    { x, y: top, width: d, height: BOTTLENECK },
    { x: x + d + GAP, y: top, width: BOTTLENECK, height: d },
  ];
}

const before = ({ x, y, width }: Rect): Rect => ({
  x,
  y: y - NEAR - PREFIX,
  width,
  height: PREFIX,
});

export const METHODS: readonly DrawnMethod[] = [
  { id: 'full', name: 'Full', trains: 'every matrix', trained: MATRICES },
  {
    id: 'lora',
    name: 'LoRA, rank 8',
    trains: 'two strips beside each matrix',
    trained: MATRICES.flatMap(factors),
  },
  {
    id: 'adapter',
    name: 'Adapter',
    trains: 'two narrow matrices behind the MLP',
    trained: bottleneck(),
  },
  {
    id: 'p-tuning-v2',
    name: 'Prefix, 8 positions',
    trains: 'keys and values in front of the text',
    trained: [before(matrix('k')), before(matrix('v'))],
  },
  {
    id: 'ia3',
    name: 'IA³',
    trains: 'one factor a row of k and v and a column of down, drawn six times as thick',
    trained: [
      ...['k', 'v'].map(matrix).map(({ x, y, width, height }) => ({
        x: x + width + NEAR,
        y,
        width: VECTOR,
        height,
      })),
      { ...matrix('down'), y: SECOND - NEAR - VECTOR, height: VECTOR },
    ],
  },
  { id: 'prompting', name: 'Prompting', trains: 'nothing', trained: [] },
];
