/**
 * Dishonest submissions, one for each way to cheat or to break the verifier, and what must come of each.
 * Every forger is a participant of their own, so that the board shows all of them side by side.
 */
import { randomUUID } from 'node:crypto';
import { projectModel } from '../../bench/lib/project-files.ts';
import { writeArtifact } from '../../src/lib/engine/formats/artifact.ts';
import { defaultRecipe, type Method, type Recipe } from '../../src/lib/engine/formats/recipe.ts';
import { elements } from '../../src/lib/engine/graph/dtype.ts';
import { trainablesOf } from '../../src/lib/engine/methods/index.ts';
import type { LlamaConfig } from '../../src/lib/engine/model/config.ts';
import { defaultChallenge, type Challenge } from '../../src/lib/live/challenge.ts';
import type { Report } from '../../src/lib/live/protocol.ts';
import type { HonestRun } from './honest-run.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Refused with this status and nothing on the board, or taken and then judged. */
export type Outcome =
  | { kind: 'refused'; status: number; says: RegExp }
  | { kind: 'rejected'; says: RegExp }
  | { kind: 'verified'; accuracyBelow: number };

export interface Forgery {
  /** Also the forger's nickname. */
  name: string;
  recipe: Recipe;
  report: Report;
  artifact: Bytes;
  /** In this order; the answer to the last one counts. */
  sends: { runId: string; artifact?: Bytes }[];
  outcome: Outcome;
}

export const LABELS = 12;

/** Narrow enough that every limit can be broken. */
export const forgeryChallenge = (): Challenge => ({
  ...defaultChallenge(),
  maxSteps: 100,
  maxRank: 8,
  methods: ['lora', 'head'],
  quantisations: ['fp32', 'int8'],
  submissionsPerParticipant: 2,
});

const refused = (status: number, says: RegExp): Outcome => ({ kind: 'refused', status, says });
const rejected = (says: RegExp): Outcome => ({ kind: 'rejected', says });

/** @param victim the run id of somebody else's submission */
export async function makeForgeries(honest: HonestRun, victim: string): Promise<Forgery[]> {
  const { config } = await projectModel('nano');
  const head = { ...defaultRecipe('head'), steps: 20 };
  const lora = { ...defaultRecipe('lora'), steps: 20 };
  const report: Report = { accuracy: 0.5, trainingSeconds: 3, backend: 'wasm' };
  const honestHead = honest.artifact;
  const adapter = (rank: number) => randomArtifact(config, { ...loraOf(lora), rank });

  const forgery = (
    name: string,
    outcome: Outcome,
    change: Partial<Omit<Forgery, 'name' | 'outcome'>>,
  ): Forgery => ({
    name,
    outcome,
    recipe: head,
    report,
    artifact: honestHead,
    sends: [{ runId: randomUUID() }],
    ...change,
  });
  const replayed = randomUUID();

  return [
    forgery(
      'claims 1.0',
      { kind: 'verified', accuracyBelow: 0.4 },
      {
        report: { ...report, accuracy: 1 },
        artifact: randomArtifact(config, head.method),
      },
    ),
    forgery('shapes of another base', rejected(/score\.weight has shape \[12, 64\]/), {
      artifact: randomArtifact({ ...config, hiddenSize: 64 }, head.method),
    }),
    forgery('names another base', refused(422, /base model is nano/), {
      recipe: { ...head, base: { id: 'other', weights: 'pretrained' } },
    }),
    forgery('rank 4 for rank 8', rejected(/has shape \[4, /), {
      recipe: lora,
      artifact: adapter(4),
    }),
    forgery('NaN', rejected(/not finite/), { artifact: withValue(honestHead, NaN) }),
    forgery('infinity', rejected(/not finite/), { artifact: withValue(honestHead, Infinity) }),
    forgery('weights of 3e38', rejected(/no numbers|not finite/), {
      artifact: randomArtifact(config, head.method, 3e38),
    }),
    forgery('100 MB of zeros', refused(413, /larger than/), {
      artifact: new Uint8Array(100 * 2 ** 20),
    }),
    forgery('4 MB for a head', refused(413, /that this recipe can yield/), {
      artifact: new Uint8Array(4 * 2 ** 20),
    }),
    forgery('truncated', rejected(/truncated/), { artifact: honestHead.slice(0, -100) }),
    forgery('empty', refused(400, /empty/), { artifact: new Uint8Array() }),
    forgery('own run id other bytes', refused(409, /another recipe or artifact/), {
      sends: [{ runId: replayed }, { runId: replayed, artifact: withValue(honestHead, 0.5) }],
    }),
    forgery("another's run id", refused(409, /another participant/), {
      sends: [{ runId: victim }],
    }),
    forgery('rank above the limit', refused(422, /^Rank 16 is above/), {
      recipe: { ...lora, method: { ...loraOf(lora), rank: 16 } },
      artifact: adapter(16),
    }),
    forgery('steps above the limit', refused(422, /101 steps are above/), {
      recipe: { ...head, steps: 101 },
    }),
    forgery('method not allowed', refused(422, /^Full is not allowed/), {
      recipe: { ...defaultRecipe('full'), steps: 20 },
    }),
    forgery('quantisation not allowed', refused(422, /^Int4 is not allowed/), {
      recipe: { ...head, quantisation: 'int4' },
    }),
    forgery('another task', refused(422, /task is definition-domain/), {
      recipe: { ...head, task: 'another-task' },
    }),
    forgery('random base weights', refused(422, /pretrained weights/), {
      recipe: { ...head, base: { id: 'nano', weights: 'random' } },
    }),
    forgery('one submission too many', refused(422, /used all 2 submissions/), {
      artifact: randomArtifact(config, head.method),
      sends: [1, 2, 3].map(() => ({ runId: randomUUID() })),
    }),
    ...headerLies(honestHead, adapter(8)).map(({ name, says, artifact, isAdapter }) =>
      forgery(name, rejected(says), { artifact, ...(isAdapter ? { recipe: lora } : {}) }),
    ),
  ];
}

interface HeaderLie {
  name: string;
  says: RegExp;
  artifact: Bytes;
  isAdapter?: true;
}

function headerLies(head: Bytes, adapter: Bytes): HeaderLie[] {
  const size = tensorBytes(head);
  const entry = { dtype: 'F32', shape: [LABELS, size / 4 / LABELS], data_offsets: [0, size] };
  const data = head.slice(head.length - size);
  const endless = head.slice();
  new DataView(endless.buffer).setBigUint64(0, 2n ** 63n - 1n, true);
  const shared = Object.fromEntries(
    Object.entries(headerOf(adapter)).map(([name, { dtype, shape }]) => [
      name,
      { dtype, shape, data_offsets: [0, 4 * elements(shape)] },
    ]),
  );
  const file = (header: unknown, bytes: Bytes = data) =>
    withHeader(typeof header === 'string' ? header : JSON.stringify(header), bytes);
  return [
    { name: 'endless header', says: /header is longer/, artifact: endless },
    { name: 'header is no JSON', says: /not JSON/, artifact: file('{'.repeat(64)) },
    {
      name: 'overlapping offsets',
      says: /overlaps/,
      artifact: file(shared, adapter.slice(adapter.length - tensorBytes(adapter))),
      isAdapter: true,
    },
    {
      name: 'negative offsets',
      says: /cannot be read: tensor score\.weight/,
      artifact: file({ 'score.weight': { ...entry, data_offsets: [-size, 0] } }),
    },
    {
      name: 'duplicate names',
      says: /belong to no/,
      artifact: file(
        `{"score.weight":${JSON.stringify({ ...entry, data_offsets: [size, 2 * size] })},` +
          `"score.weight":${JSON.stringify(entry)}}`,
        joined(data, data),
      ),
    },
    {
      name: 'bytes beyond the tensors',
      says: /belong to no tensor/,
      artifact: joined(head, data.slice(0, 64)),
    },
    {
      name: 'wrong dtype',
      says: /only F32, F16 and BF16/,
      artifact: file({ 'score.weight': { ...entry, dtype: 'I32' } }),
    },
    {
      name: 'one tensor too many',
      says: /does not train/,
      artifact: file(
        { 'score.weight': entry, extra: { ...entry, data_offsets: [size, 2 * size] } },
        joined(data, data),
      ),
    },
  ];
}

const loraOf = ({ method }: Recipe): Extract<Method, { kind: 'lora' }> => {
  if (method.kind !== 'lora') throw new Error('not a LoRA recipe');
  return method;
};

/** A fixed sequence: the same weights, and so the same score, in every run. */
function randomArtifact(config: LlamaConfig, method: Method, scale = 1): Bytes {
  const trainables = trainablesOf(config, method, LABELS);
  const size = trainables.reduce((sum, { shape }) => sum + elements(shape), 0);
  let state = 42;
  const values = Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * scale;
  });
  return writeArtifact(trainables, values);
}

function withValue(artifact: Bytes, value: number): Bytes {
  const copy = artifact.slice();
  new DataView(copy.buffer).setFloat32(copy.length - 4, value, true);
  return copy;
}

function headerOf(artifact: Bytes): Record<string, { dtype: string; shape: number[] }> {
  const length = Number(new DataView(artifact.buffer).getBigUint64(0, true));
  const { __metadata__, ...tensors } = JSON.parse(
    new TextDecoder().decode(artifact.subarray(8, 8 + length)),
  ) as Record<string, { dtype: string; shape: number[] }>;
  return tensors;
}

const tensorBytes = (artifact: Bytes): number =>
  artifact.length - 8 - Number(new DataView(artifact.buffer).getBigUint64(0, true));

function withHeader(json: string, data: Bytes): Bytes {
  const header = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  return joined(length, header, data);
}

function joined(...parts: Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
