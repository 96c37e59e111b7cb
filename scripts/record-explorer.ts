/**
 * `npm run record:explorer`: writes static/explorer/<base>.json, what the engine computes of one text with each shipped
 * base model. The architecture explorer shows it, marked as recorded, until the weights have arrived.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inspector } from '../src/lib/engine/inspect/inspector.ts';
import { loadBaseModel } from '../src/lib/engine/model/base-model.ts';
import { createNodeRuntime } from '../src/lib/engine/runtime/node.ts';
import { recordedPath, recordOf } from '../src/lib/instruments/architecture-explorer/recorded.ts';
import { DEFAULT_TEXT } from '../src/lib/instruments/architecture-explorer/state.ts';
import { BASES } from '../src/lib/lab/bases.ts';
import { root } from './lib/paths.mjs';

const runtime = await createNodeRuntime({ threads: 1 });
await mkdir(join(root, 'static/explorer'), { recursive: true });
for (const { id } of BASES) {
  const folder = join(root, 'static/models', id);
  const base = await loadBaseModel(id, (file) => readFile(join(folder, file)));
  const inspector = await Inspector.create(runtime, base, 'fp32');
  const recorded = recordOf(DEFAULT_TEXT, await inspector.inspect(DEFAULT_TEXT));
  await inspector.release();
  const path = join('static', recordedPath(id));
  await writeFile(join(root, path), `${JSON.stringify(recorded)}\n`);
  console.log(`${path}: ${recorded.tokens.map(({ text }) => JSON.stringify(text)).join(' ')}`);
}
