/** The memory count as the lines of a panel: names, notes, and the colour of each part's meaning. */
import { QUANTISATION_NAMES } from '../engine/formats/recipe-name.ts';
import type { MemoryCount } from '../engine/train/events.ts';
import type { OptimiserKind, Recipe } from '../engine/formats/recipe.ts';
import { formatBytes } from '../ui/format.ts';

/** What a part of a bar stands for; `plain` has no meaning of its own. */
export type Meaning = 'frozen' | 'quantised' | 'trainable' | 'plain';

export interface MemoryRow {
  name: string;
  note?: string;
  bytes: number;
  /** In the order they are drawn; they sum to `bytes`. */
  parts: { meaning: Meaning; bytes: number }[];
}

const OPTIMISER_NOTES: Record<OptimiserKind, string> = {
  adamw: 'two AdamW moments',
  'adamw-8bit': 'two AdamW moments in 8 bits, with scales',
  sgd: 'momentum',
};

export function memoryRows(memory: MemoryCount, recipe: Recipe): MemoryRow[] {
  const { frozen, quantised } = memory;
  const row = (name: string, meaning: Meaning, bytes: number, note?: string): MemoryRow => ({
    name,
    note,
    bytes,
    parts: [{ meaning, bytes }],
  });
  const trains = recipe.method.kind !== 'prompting';
  const optimiserNote = trains ? OPTIMISER_NOTES[recipe.optimiser.kind] : undefined;
  return [
    {
      name: 'Frozen weights',
      note:
        quantised > 0
          ? `${formatBytes(quantised)} in ${QUANTISATION_NAMES[recipe.quantisation]} with scales, ${formatBytes(frozen)} in fp32`
          : undefined,
      bytes: frozen + quantised,
      parts: [
        { meaning: 'frozen', bytes: frozen },
        { meaning: 'quantised', bytes: quantised },
      ],
    },
    row('Trained weights', 'trainable', memory.trainable),
    row(
      'Gradients',
      'trainable',
      memory.gradients,
      trains && recipe.accumulation > 1 ? 'of a batch, and their sum so far' : undefined,
    ),
    row('Optimiser state', 'trainable', memory.optimiser, optimiserNote),
    row(
      'Activations',
      'plain',
      memory.activations,
      quantised > 0
        ? 'peak, working copies and unpacked weights included'
        : 'peak, working copies included',
    ),
    row('Constants', 'plain', memory.constants, 'position tables and masks'),
  ];
}
