/** One number in its surroundings: what it is multiplied with, and what comes out. */
import { seen } from '../../engine/inspect/graph.ts';
import type { Inspection } from '../../engine/inspect/inspector.ts';
import { isLinear } from './parts.ts';
import type { Answer } from './protocol.ts';
import type { Grid, Settled } from './settle.ts';
import { exactly, tokenName } from './words.ts';

export interface Line {
  name: string;
  value: string;
}

/** What a weight does for the chosen token: y[row] is the sum over all columns of W[row, column] · x[column]. */
function inProduct(
  { part, layer, token }: Settled,
  [row, column]: readonly [number, number],
  grid: Grid,
  { tokens, values }: Inspection,
): Line[] {
  if (!isLinear(part)) return [];
  const input = values.get(seen.input(layer, part));
  const output = values.get(seen.output(layer, part));
  if (!input || !output) return [];
  const x = input.data[token * grid.columns + column]!;
  const w = grid.data[row * grid.columns + column]!;
  const of = `“${tokenName(tokens[token]!, token)}”`;
  return [
    { name: `x[${column}], what it reads of ${of}`, value: exactly(x) },
    { name: `W[${row}, ${column}] · x[${column}]`, value: exactly(w * x) },
    {
      name: `y[${row}], the sum of ${grid.columns} such products`,
      value: exactly(output.data[token * grid.rows + row]!),
    },
  ];
}

function inAttention(
  { layer, head }: Settled,
  [row, column]: readonly [number, number],
  { tokens, values }: Inspection,
): Line[] {
  const [from, to] = [row, column].map((index) => `“${tokenName(tokens[index]!, index)}”`);
  const about = { name: `How much ${from} looks at ${to}, head ${head}`, value: '' };
  if (column > row) return [{ ...about, value: '0: it comes later, and is masked' }];
  const scores = values.get(seen.scores(layer));
  const size = tokens.length;
  if (!scores) return [];
  const score = scores.data[(head * size + row) * size + column]!;
  return [{ name: `q(${from}) · k(${to}) / √d, before the softmax`, value: exactly(score) }];
}

/**
 * The number first, then what it takes part in.
 * @param weight null where the number is of the text
 * @param current whether the inspection is of what is asked: another one's inputs are not multiplied with this weight
 */
export function linesOf(
  state: Settled,
  cell: readonly [number, number],
  grid: Grid,
  weight: Answer<'tensor'> | null,
  inspection: Inspection | null,
  current: boolean,
): Line[] {
  const [row, column] = cell;
  const at = row * grid.columns + column;
  const value = grid.data[at]!;
  const lines: Line[] = [{ name: `Row ${row}, column ${column}`, value: exactly(value) }];
  if (weight?.stored) {
    const shipped = weight.values[at]!;
    lines.push(
      {
        name:
          state.recipe.base.weights === 'random' ? 'As it was drawn' : 'As it is shipped, in fp16',
        value: exactly(shipped),
      },
      { name: 'What storing it in fewer bits changed', value: exactly(value - shipped) },
    );
  }
  if (!inspection) return lines;
  if (state.part === 'attention') return [...lines, ...inAttention(state, cell, inspection)];
  return current ? [...lines, ...inProduct(state, cell, grid, inspection)] : lines;
}
