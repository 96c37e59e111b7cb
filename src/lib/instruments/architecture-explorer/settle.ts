/** A state brought into the bounds of a model and a text, and the ways up and down between the levels. Pure. */
import { seen } from '../../engine/inspect/graph.ts';
import type { Inspection, Values } from '../../engine/inspect/inspector.ts';
import { linearPath, FINAL_NORM, type LlamaConfig } from '../../engine/model/config.ts';
import { fitToModel } from '../../lab/recipe-edit.ts';
import { plural } from '../../ui/format.ts';
import { beyond } from '../query.ts';
import type { Item } from './layout.ts';
import { isBlockPart, isLinear, type Part } from './parts.ts';
import type { ExplorerState } from './state.ts';
import { clamp } from './walk.ts';

export interface Settled extends ExplorerState {
  token: number;
}

/** @param tokens of the text that is shown; at least 1 */
export function settle(state: ExplorerState, config: LlamaConfig, tokens: number): Settled {
  return {
    ...state,
    recipe: fitToModel(state.recipe, config),
    layer: clamp(state.layer, config.layers),
    head: clamp(state.head, config.heads),
    token: clamp(state.token ?? tokens - 1, tokens),
  };
}

/** A sentence for each index that is beyond the model. */
export const beyondModel = (
  { layer, head }: Pick<ExplorerState, 'layer' | 'head'>,
  { layers, heads }: Pick<LlamaConfig, 'layers' | 'heads'>,
): string[] => [
  ...beyond('layer', layer, layers, `the model has ${plural(layers, 'block')}`),
  ...beyond('head', head, heads, `a block has ${plural(heads, 'head')}`),
];

export const beyondText = (token: number, tokens: number): string[] =>
  beyond('token', token, tokens, `the text has ${plural(tokens, 'token')}`);

export function beyondGrid(cell: readonly [number, number], { rows, columns }: Grid): string[] {
  const [row, column] = [clamp(cell[0], rows), clamp(cell[1], columns)];
  if (row === cell[0] && column === cell[1]) return [];
  const size = `${plural(rows, 'row')} and ${plural(columns, 'column')}`;
  return [`cell=${cell.join()} is not used: the matrix has ${size}. It is ${row},${column} here.`];
}

/** Whether a part's numbers are there before anything is trained, so that each of them can be opened. */
export const hasNumbers = (part: Part): boolean =>
  isLinear(part) ||
  ['input_norm', 'post_norm', 'final_norm', 'embedding', 'attention', 'residual'].includes(part);

/** Name of the base's tensor whose numbers a part shows; null where they are of the text. */
export function tensorName(part: Part, layer: number): string | null {
  if (isLinear(part)) return `${linearPath(layer, part)}.weight`;
  if (part === 'input_norm') return `model.layers.${layer}.input_layernorm.weight`;
  if (part === 'post_norm') return `model.layers.${layer}.post_attention_layernorm.weight`;
  return part === 'final_norm' ? FINAL_NORM : null;
}

/** What opening an item leads to. */
export function opened(state: ExplorerState, { part, layer }: Item): ExplorerState {
  if (part === null)
    return {
      ...state,
      level: 'block',
      layer: layer ?? 0,
      part: isBlockPart(state.part) ? state.part : 'input_norm',
    };
  return { ...state, level: 'matrix', part, cell: part === state.part ? state.cell : [0, 0] };
}

/** One level up; the same state at the top. */
export function raised(state: ExplorerState): ExplorerState {
  switch (state.level) {
    case 'number':
      return { ...state, level: 'matrix' };
    case 'matrix':
      return { ...state, level: isBlockPart(state.part) ? 'block' : 'overview' };
    case 'block':
    case 'overview':
      return { ...state, level: 'overview' };
  }
}

/** The item that stands for the state on a drawing. */
export function selectedIndex(
  items: readonly Item[],
  { level, part, layer }: ExplorerState,
): number {
  const found = items.findIndex((item) =>
    level === 'overview' && isBlockPart(part)
      ? item.part === null && item.layer === layer
      : item.part === part,
  );
  return Math.max(0, found);
}

export interface Grid {
  rows: number;
  columns: number;
  /** Row-major. */
  data: Float32Array;
  /** Shares run from 0 to 1; signed values are spread about 0. */
  scale: 'signed' | 'share';
}

const gridOf = ({ shape, data }: Values, scale: Grid['scale'] = 'signed'): Grid => ({
  rows: shape.length > 1 ? shape[0]! : 1,
  columns: shape.at(-1)!,
  data,
  scale,
});

/**
 * The numbers of a part as a matrix; null while they are not there.
 * @param weight the tensor that {@link tensorName} names
 */
export function gridFor(
  { part, layer, head, token }: Settled,
  inspection: Inspection | null,
  weight: Values | null,
): Grid | null {
  if (tensorName(part, layer) !== null) return weight && gridOf(weight);
  if (!inspection) return null;
  const { values } = inspection;
  if (part === 'embedding') return gridOf(values.get(seen.residual(0))!);
  if (part === 'residual') return hiddenStates(inspection, token);
  if (part !== 'attention') return null;
  const { shape, data } = values.get(seen.attention(layer))!;
  const size = shape[1]! * shape[2]!;
  const of = data.subarray(head * size, (head + 1) * size);
  return gridOf({ shape: shape.slice(1), data: of }, 'share');
}

/** One token's hidden state behind 0, 1, … blocks, and after the final norm. [L+2, D] */
export function hiddenStates({ values }: Inspection, token: number): Grid {
  const layers = [...values.keys()].filter((name) => name.startsWith('residual.')).length;
  const names = [...Array.from({ length: layers }, (_, k) => seen.residual(k)), seen.hidden];
  const columns = values.get(seen.hidden)!.shape[1]!;
  const data = new Float32Array(names.length * columns);
  names.forEach((name, row) => {
    const from = token * columns;
    data.set(values.get(name)!.data.subarray(from, from + columns), row * columns);
  });
  return { rows: names.length, columns, data, scale: 'signed' };
}
