/** The memory count as the lines of a panel: names, notes, and the colour of each part's meaning. */
import { QUANTISATION_NAMES } from '../engine/formats/recipe-name.ts';
import type { MemoryCount } from '../engine/train/events.ts';
import type { Recipe } from '../engine/formats/recipe.ts';
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

export function memoryRows(memory: MemoryCount, recipe: Recipe): MemoryRow[] {
  const { frozen, quantised } = memory;
  const row = (name: string, meaning: Meaning, bytes: number, note?: string): MemoryRow => ({
    name,
    note,
    bytes,
    parts: [{ meaning, bytes }],
  });
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
    row('Gradients', 'trainable', memory.gradients),
    row('Optimiser state', 'trainable', memory.optimiser, 'two AdamW moments'),
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
