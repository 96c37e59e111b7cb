/** What the explorer asks its worker. */
import type { Inspection } from '../../engine/inspect/inspector.ts';
import type { Update } from '../../engine/inspect/update.ts';
import type { Quantisation, Recipe } from '../../engine/formats/recipe.ts';
import type { BackendChoice } from '../../engine/train/events.ts';
import type { Reading, Start } from './reading.ts';

export interface ExplorerQuestions {
  /** Reads a text with a base whose matrices are stored as `quantisation` says. */
  inspect: {
    ask: Reading;
    answer: Inspection & { choice: BackendChoice };
  };
  /** A tensor of the base, and what its stored codes stand for where it is quantised. */
  tensor: {
    ask: Start & { quantisation: Quantisation; name: string };
    answer: { shape: readonly number[]; values: Float32Array; stored: Float32Array | null };
  };
  /** Where a run's update went; null where its method changes no weights. */
  update: {
    ask: { recipe: Recipe; artifact: Uint8Array<ArrayBuffer>; labels: number };
    answer: Update[] | null;
  };
}
export type Ask<K extends keyof ExplorerQuestions> = ExplorerQuestions[K]['ask'];
export type Answer<K extends keyof ExplorerQuestions> = ExplorerQuestions[K]['answer'];
