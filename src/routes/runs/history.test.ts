import { expect, test } from 'vitest';
import { runsAmong, type RunRecord } from '$lib/content/run-record.ts';
import { defaultRecipe } from '$lib/engine/formats/recipe.ts';
import type { KeptRun } from '$lib/lab/run-store.ts';
import { listRuns } from './history.ts';

const record: RunRecord = {
  recipe: defaultRecipe('lora'),
  finishedAt: 20,
  accuracy: 0.5,
  loss: 1,
  general: { before: 3, after: 3.5 },
  trainable: 10,
  steps: 300,
  stopped: false,
  seconds: 12,
  backend: 'wasm',
  threads: 2,
};
const study = (section: string, value: unknown, kind: 'run' | 'note' = 'run') => ({
  kind,
  lesson: 'lab',
  section,
  value,
  updatedAt: 1,
});

test('of an account’s records those are runs that this version can read (A-17)', () => {
  const runs = runsAmong([
    study('old', { ...record, finishedAt: 10 }),
    study('new', record),
    study('deleted', null),
    study('of a later version', { ...record, recipe: { version: 99 } }),
    study('a note', 'text', 'note'),
  ]);
  expect(runs.map(({ id }) => id)).toEqual(['new', 'old']);
  expect(runs[0]).toEqual({ ...record, id: 'new', code: 'lab' });
});

test('a run in this browser stands once, with its weights, among those of other browsers (A-17)', () => {
  const kept = {
    id: 'here',
    code: 'ABC123',
    finishedAt: 15,
    result: {
      recipe: record.recipe,
      choice: { backend: 'wasm', threads: 2, reason: '' },
      counts: { trainable: 10, kept: 10 },
      trace: new Array(300),
      after: { step: 300, loss: Number.NaN, accuracy: 0.5 },
      general: null,
      trainingSeconds: 12,
      stopped: false,
    },
  } as unknown as KeptRun;
  const recorded = runsAmong([
    study('there', record),
    study('here', { ...record, finishedAt: 15 }),
  ]);
  const runs = listRuns([kept], recorded);
  expect(runs.map(({ id, kept: own }) => [id, own !== null])).toEqual([
    ['there', false],
    ['here', true],
  ]);
  // A run that diverged has a loss that JSON cannot hold.
  expect(runs[1]).toMatchObject({ code: 'ABC123', loss: null, general: null });
});
