import { createHash } from 'node:crypto';
import type { Example, Task } from '../../src/lib/engine/data/task.ts';
import { recipeKey, type Recipe } from '../../src/lib/engine/formats/recipe.ts';

interface CellData {
  task: Task;
  train: readonly Example[];
  liveTest: readonly Example[];
}

/**
 * Names a measured cell by what it was measured on: another recipe, checkpoint or text is another cell.
 * @param checkpoint hash of the base model's weights
 */
export function cellKey(
  checkpoint: string,
  recipe: Recipe,
  { task, train, liveTest }: CellData,
): string {
  const content = JSON.stringify([checkpoint, recipeKey(recipe), task, train, liveTest]);
  return hashOf(content).slice(0, 32);
}

export function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
