/**
 * Published memory of adapting a model of seven billion parameters, each beside the engine's count of the same step,
 * and where the difference comes from. A cause is counted, too, from the configuration, or is the source's own figure;
 * none is fitted. What no cause accounts for stays as the remainder, with what the source says about it, and what we
 * think of it where the source says nothing.
 */
import { defaultMethod, type LinearModule, type Method } from '../engine/formats/recipe.ts';
import { checkpointTensors } from '../engine/model/config.ts';
import { sizeOf } from '../engine/train/update.ts';
import {
  adaptationBytes,
  countAdaptation,
  outputHeadSize,
  type Adaptation,
  type AdaptationCount,
  type StepShape,
} from './adaptation-memory.ts';
import { LARGE_MODELS } from './large-models.ts';
import type { Citation } from './published.ts';

export interface Cause {
  name: string;
  bytes: number;
}

export interface PublishedMemory {
  id: string;
  adapted: 'Full fine-tuning' | 'LoRA' | 'QLoRA';
  citation: Citation;
  /** A device was asked, or an author counted or rounded. */
  kind: 'measured' | 'counted' | 'estimated';
  /** What the source says that its figure is of. */
  of: string;
  bytes: number;
  /** What is counted beside it. */
  adaptation: Adaptation;
  shape: StepShape;
  /** Only what the source's figure holds; the whole step where it is left out. */
  held?: (count: AdaptationCount) => number;
  causes: (count: AdaptationCount, shape: StepShape) => Cause[];
  /** What the remainder is, as far as the source says; a guess of ours says that it is one. */
  remainder: string;
  /** Largest remainder that the tests allow, as a share of the published bytes. */
  bound: number;
}

export interface MemoryComparison {
  published: PublishedMemory;
  count: AdaptationCount;
  /** Bytes counted of what the published figure holds. */
  counted: number;
  causes: Cause[];
  /** What neither the count nor a cause accounts for. */
  remainder: number;
}

const { config } = LARGE_MODELS['7b'];
const HEAD = outputHeadSize(config);
const EMBEDDING = config.vocabSize * config.hiddenSize;
const IN_BLOCKS = sizeOf(checkpointTensors(config).filter(({ linear }) => linear));
/** Bytes that double quantisation saves: 0.373 bits a parameter (Dettmers et al. 2023, §3). */
const SINGLE_SCALES = (0.373 / 8) * IN_BLOCKS;
const inGigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
const HALF = 2;
const SINGLE = 4;
/** Bytes of a parameter that AdamW trains in mixed precision: weight, gradient, two moments. */
const TRAINED = 16;

const lora = (targets?: LinearModule[]): Method => ({
  ...defaultMethod('lora'),
  ...(targets ? { targets } : {}),
});
const step = (batch: number): StepShape => ({ batch, tokens: 512, recompute: true });

const frozenHead: Cause = {
  name: 'The output head in 16 bits; a classifier has none',
  bytes: HALF * HEAD,
};
/** Language modelling scores each token against the vocabulary; logits and their gradient are in 32 bits. */
const logits = ({ batch, tokens }: StepShape): Cause => ({
  name: 'Logits of each token over the vocabulary, and their gradient, in 32 bits',
  bytes: 2 * SINGLE * batch * tokens * config.vocabSize,
});
const halfActivations = ({ memory }: AdaptationCount): Cause => ({
  name: 'Activations in 16 bits; the engine computes in 32',
  bytes: -memory.activations / 2,
});
const halfAdapter = ({ trainable }: AdaptationCount): Cause => ({
  name: 'The adapter, its gradients and moments in 16 bits',
  bytes: (-TRAINED / 2) * trainable,
});

const TORCHTUNE = {
  key: 'torchtune',
  short: 'torchtune 2024',
  url: 'https://pytorch.org/torchtune/0.1/tutorials/qlora_finetune.html',
  at: 'table of peak memory',
};
const FACTORY = {
  key: 'llama-factory',
  short: 'LLaMA-Factory 2025',
  url: 'https://github.com/hiyouga/LLaMA-Factory',
  at: 'README of 2025, hardware requirement, “estimated”',
};

export const PUBLISHED_MEMORY: readonly PublishedMemory[] = [
  {
    id: 'full-zero',
    adapted: 'Full fine-tuning',
    citation: {
      key: 'rajbhandari-2020',
      short: 'Rajbhandari et al. 2020',
      url: 'https://arxiv.org/abs/1910.02054',
      at: '§3.1 and figure 1',
    },
    kind: 'counted',
    of: '7.5 billion parameters in mixed precision: weights, gradients and optimiser state, without activations',
    bytes: 120e9,
    adaptation: { method: defaultMethod('full') },
    shape: step(1),
    held: ({ memory }) => adaptationBytes(memory) - memory.activations,
    causes: ({ parameters }) => [
      {
        name: 'Its model has 7.5 billion parameters, ours without the output head 6.6: 16 bytes for each one more',
        bytes: TRAINED * (7.5e9 - parameters),
      },
    ],
    remainder: 'Sixteen bytes a parameter on both sides.',
    bound: 0.001,
  },
  {
    id: 'full-factory',
    adapted: 'Full fine-tuning',
    citation: FACTORY,
    kind: 'estimated',
    of: '7B in bf16 mixed precision, by its rule of 18 bytes a parameter',
    bytes: 120e9,
    adaptation: { method: defaultMethod('full') },
    shape: step(1),
    causes: ({ parameters, memory }) => [
      {
        name: 'The output head at 16 bytes a parameter; a classifier has none',
        bytes: TRAINED * HEAD,
      },
      {
        name: 'Two bytes more a parameter by its rule: a 16-bit copy beside the 32-bit weights',
        bytes: HALF * (parameters + HEAD),
      },
      { name: 'No activations in its rule', bytes: -memory.activations },
    ],
    remainder: 'It rounds to whole tens.',
    bound: 0.02,
  },
  {
    id: 'lora-torchtune',
    adapted: 'LoRA',
    citation: TORCHTUNE,
    kind: 'measured',
    of: 'Llama 2 7B in bf16, r=8 on q and v, 2 texts a step, peak reserved by PyTorch',
    bytes: 15.57e9,
    adaptation: { method: lora(['q_proj', 'v_proj']) },
    shape: step(2),
    causes: (count, shape) => [
      frozenHead,
      logits(shape),
      halfActivations(count),
      halfAdapter(count),
    ],
    remainder:
      'What PyTorch’s allocator holds beyond the tensors. Its log has 13.96 GB before the first step, for weights of 13.5 GB. The length of its texts is not given; 512 tokens are counted.',
    bound: 0.1,
  },
  {
    id: 'lora-factory',
    adapted: 'LoRA',
    citation: FACTORY,
    kind: 'estimated',
    of: '7B in 16 bits, by its rule of 2 bytes a parameter and a margin',
    bytes: 16e9,
    adaptation: { method: lora() },
    shape: step(1),
    causes: (count, shape) => [frozenHead, logits(shape), halfActivations(count)],
    remainder: 'Its margin for the framework and for longer texts.',
    bound: 0.12,
  },
  {
    id: 'qlora-paper',
    adapted: 'QLoRA',
    citation: {
      key: 'dettmers-2023',
      short: 'Dettmers et al. 2023',
      url: 'https://arxiv.org/abs/2305.14314',
      at: '§2',
    },
    kind: 'measured',
    of: 'LLaMA 7B: the 4-bit base 5,048 MB and the adapter’s weights 26 MB',
    bytes: 5048e6 + 26e6,
    adaptation: { method: lora(), quantisation: 'nf4-double' },
    shape: step(1),
    held: ({ memory }) => memory.frozen + memory.quantised + memory.trained,
    causes: ({ trainable }) => [
      frozenHead,
      {
        name: 'Its adapter is 0.2 % of the model in 16 bits, ours r=8 on every layer in 32',
        bytes: 26e6 - SINGLE * trainable,
      },
    ],
    remainder: `The paper does not say what else its 5,048 MB hold. An embedding table and an output head in 32 bits would be ${inGigabytes((SINGLE - HALF) * (EMBEDDING + HEAD))} of it, scales that are not quantised again ${inGigabytes(SINGLE_SCALES)}.`,
    bound: 0.25,
  },
  {
    id: 'qlora-factory',
    adapted: 'QLoRA',
    citation: FACTORY,
    kind: 'estimated',
    of: '7B in 4 bits, by its rule of half a byte a parameter and a margin',
    bytes: 6e9,
    adaptation: { method: lora(), quantisation: 'nf4-double' },
    shape: step(1),
    causes: (count, shape) => [frozenHead, logits(shape), halfActivations(count)],
    remainder: 'Its margin for the framework and for longer texts.',
    bound: 0.16,
  },
  {
    id: 'qlora-torchtune',
    adapted: 'QLoRA',
    citation: TORCHTUNE,
    kind: 'measured',
    of: 'Llama 2 7B in NF4, r=8 on every layer, 2 texts a step, peak reserved by PyTorch',
    bytes: 9.29e9,
    adaptation: { method: lora(), quantisation: 'nf4-double' },
    shape: step(2),
    causes: (count, shape) => [
      frozenHead,
      logits(shape),
      halfActivations(count),
      halfAdapter(count),
    ],
    remainder:
      'Its table has 9.13 GB reserved when the model stands and nothing is trained yet, so nearly all of this is there before the first step. It does not say what it is; we think that the allocator keeps what the 16-bit weights took while they were quantised.',
    bound: 0.45,
  },
];

export function compareMemory(published: PublishedMemory): MemoryComparison {
  const { adaptation, shape, held } = published;
  const count = countAdaptation(config, adaptation, shape);
  const counted = held ? held(count) : adaptationBytes(count.memory);
  const causes = published.causes(count, shape);
  const explained = causes.reduce((sum, { bytes }) => sum + bytes, counted);
  return { published, count, counted, causes, remainder: published.bytes - explained };
}
