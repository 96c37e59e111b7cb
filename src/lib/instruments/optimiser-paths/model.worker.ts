/** Computes paths with the model itself: every loss and every gradient is the engine's, at the place where a path is. */
import { parseExamples, parseTask } from '../../engine/data/task.ts';
import { BatchGradient, evaluateSlice } from '../../engine/inspect/slice.ts';
import { loadBaseModel, MODEL_FILES } from '../../engine/model/base-model.ts';
import { openRuntime } from '../../lab/browser-runtime.ts';
import { fetchBytes } from '../../lab/fetch-bytes.ts';
import { dieOf } from '../ask/die.ts';
import { descend, meanOf, type PathPoint } from './descent.ts';
import { DIRECTIONS_PATH, fixedBatches, originOf, PLANE_RECIPE, readDirections } from './plane.ts';
import type { FromModel, ToModel } from './protocol.ts';
import { onGrid } from './surface.ts';

self.addEventListener('message', ({ data }: MessageEvent<ToModel>) => {
  compute(data).catch((error: unknown) => {
    send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  });
});

async function compute({ settings, a, b, directions: expected }: ToModel): Promise<void> {
  const runtime = await openRuntime({ onlost: dieOf });
  const { base, task, train, directions } = await load(expected);
  const labels = task.labels.length;
  const batches = fixedBatches(base, task, train);
  const plane = { origin: originOf(base, labels), directions };
  const model = await BatchGradient.create(runtime, base, PLANE_RECIPE, labels);
  for (const name of settings.shown) {
    const points: PathPoint[] = [];
    const way = descend(name, settings, (place) => onGrid(a, b, place));
    let turn = way.next();
    while (!turn.done) {
      const place = turn.value;
      const values = await evaluateSlice(model, plane, batches, place);
      points.push({ place, loss: meanOf(values).loss });
      send({ type: 'path', path: { name, points: [...points], left: null } });
      turn = way.next(values);
    }
    send({ type: 'path', path: { name, points, left: turn.value } });
  }
  await model.release();
  send({ type: 'done', choice: runtime.choice });
}

async function load(expected: string) {
  const { base, task } = PLANE_RECIPE;
  const ofModel = (file: string) => `/models/${base.id}/${file}`;
  const ofTask = (file: string) => `/tasks/${task}/${file}`;
  const paths = [...MODEL_FILES.map(ofModel), ...['task.json', 'train.jsonl'].map(ofTask)];
  const files = await fetchBytes([...paths, DIRECTIONS_PATH], (loaded, total) =>
    send({ type: 'loading', loaded, total }),
  );
  const file = (path: string) => files.get(path)!;
  const text = (path: string) => new TextDecoder().decode(file(path));
  const directions = file(DIRECTIONS_PATH);
  // A page without TLS has no digests; there the shape alone is checked, by the engine.
  if (crypto.subtle && (await sha256(directions)) !== expected)
    throw new Error('The plane’s directions are not those of the surface. Load the page again.');
  const parsed = parseTask(JSON.parse(text(ofTask('task.json'))));
  return {
    base: await loadBaseModel(base.id, async (name) => file(ofModel(name))),
    task: parsed,
    train: parseExamples(text(ofTask('train.jsonl')), parsed),
    directions: readDirections(directions),
  };
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function send(message: FromModel): void {
  self.postMessage(message);
}
