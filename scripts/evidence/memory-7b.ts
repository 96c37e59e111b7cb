/**
 * The memory that the engine counts for 7B under full fine-tuning, LoRA and QLoRA, beside published figures, with
 * where each difference comes from; and what fits on common GPUs. Nothing is measured: everything is counted.
 *
 *   npm run evidence:memory-7b
 *
 * Writes docs/evidence/7-memory.json.
 */
import { adaptationBytes, countAdaptation } from '../../src/lib/measurements/adaptation-memory.ts';
import { FIT_METHODS, USUAL_STEP } from '../../src/lib/measurements/fit.ts';
import { LARGE_MODEL_IDS, LARGE_MODELS } from '../../src/lib/measurements/large-models.ts';
import { compareMemory, PUBLISHED_MEMORY } from '../../src/lib/measurements/published-memory.ts';
import { describeRun, writeEvidence } from '../lib/evidence.mjs';

const GIGABYTES = [8, 16, 24, 48, 80];
const share = (bytes: number, of: number) => Math.round((1000 * bytes) / of) / 1000;

const comparisons = PUBLISHED_MEMORY.map((published) => {
  const { count, counted, causes, remainder } = compareMemory(published);
  const { id, adapted, citation, kind, of, bytes, adaptation, shape } = published;
  console.log(
    `${id.padEnd(18)} published ${(bytes / 1e9).toFixed(2)} GB, counted ${(counted / 1e9).toFixed(2)} GB, ` +
      `remainder ${(100 * (remainder / bytes)).toFixed(1)} %`,
  );
  return {
    id,
    adapted,
    source: citation,
    kind,
    of,
    recipe: { ...adaptation, ...shape },
    published: bytes,
    counted,
    memory: count.memory,
    causes,
    remainder: { bytes: remainder, share: share(remainder, bytes), because: published.remainder },
  };
});

const fits = LARGE_MODEL_IDS.map((model) => ({
  model: LARGE_MODELS[model].name,
  ...USUAL_STEP,
  methods: FIT_METHODS.map(({ id, label, adaptation }) => {
    const { memory } = countAdaptation(LARGE_MODELS[model].config, adaptation, USUAL_STEP);
    const bytes = adaptationBytes(memory);
    return { id, label, bytes, memory, fitsOn: GIGABYTES.filter((size) => bytes <= size * 1e9) };
  }),
}));

await writeEvidence('7-memory.json', { ...describeRun(), unit: 'bytes', comparisons, fits });
