import { describe, expect, it } from 'vitest';
import { readArtifact } from '../../src/lib/engine/formats/artifact.ts';
import { parseRecipe, recipeKey } from '../../src/lib/engine/formats/recipe.ts';
import { exportedTrainables } from '../../src/lib/engine/methods/index.ts';
import { findBase, findTask } from '../catalogue.ts';
import { momentOf } from './playback.ts';
import { loadArtifact, loadRecordings, TRAITS } from './recordings.ts';

describe('the recordings', async () => {
  const recordings = await loadRecordings();

  it('are of valid recipes, each once, and of every kind (S-43)', () => {
    for (const { id, recipe } of recordings) expect(parseRecipe(recipe), id).toEqual(recipe);
    expect(new Set(recordings.map(({ recipe }) => recipeKey(recipe))).size).toBe(recordings.length);
    expect(new Set(recordings.map(({ trait }) => trait))).toEqual(new Set(TRAITS));
  });

  it('have artifacts that are what their recipes leave (S-43)', async () => {
    for (const recording of recordings.filter(({ accuracy }) => accuracy !== null)) {
      const { recipe } = recording;
      const [base, task] = [await findBase(recipe.base.id), await findTask(recipe.task)];
      const trainables = exportedTrainables(base!, recipe.method, task!.labels.length);
      const artifact = await loadArtifact(recording);
      expect(() => readArtifact(artifact, trainables), recording.id).not.toThrow();
    }
  });

  it('show what they are recorded for, as a student’s page would say it (S-42)', () => {
    const said = recordings.map((recording) => [
      recording.id,
      momentOf(recording, 1, 1000).diagnosis ?? 'ordinary',
      recording.trait,
    ]);
    expect(
      said.filter(([, diagnosis, trait]) => trait !== 'ordinary' && diagnosis !== trait),
    ).toEqual([]);
  });

  it('are of every shipped task', () => {
    const tasks = new Set(recordings.map(({ recipe }) => recipe.task));
    expect([...tasks].sort()).toEqual([
      'ciphered-domain',
      'definition-domain',
      'part-of-speech',
      'spam',
    ]);
  });
});
