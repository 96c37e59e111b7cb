/** The rows of the table: every method, and the options that the course names as methods of their own. */
import {
  defaultMethod,
  defaultRecipe,
  DEFAULT_LEARNING_RATE,
  type Method,
  type Recipe,
} from '../../src/lib/engine/formats/recipe.ts';

export interface Configuration {
  /** Stable name in the result file. */
  id: string;
  label: string;
  method: Method;
  quantisation?: Recipe['quantisation'];
  /** Where it differs from the method's default. */
  learningRate?: number;
  recomputeActivations?: true;
}

const lora = defaultMethod('lora');

export const CONFIGURATIONS: readonly Configuration[] = [
  { id: 'full', label: 'Full', method: defaultMethod('full') },
  {
    id: 'full-frozen',
    label: 'Full, lower half frozen',
    method: { kind: 'full', frozenLayers: 2 },
  },
  { id: 'head', label: 'Head only', method: defaultMethod('head') },
  { id: 'lora', label: 'LoRA r=8', method: lora },
  { id: 'lora-r1', label: 'LoRA r=1', method: { ...lora, rank: 1, alpha: 2 } },
  {
    id: 'rslora',
    label: 'rsLoRA r=8',
    method: { ...lora, scaling: 'rank-stabilised' },
    learningRate: 2e-3,
  },
  { id: 'dora', label: 'DoRA r=8', method: { ...lora, dora: true } },
  {
    id: 'lora-plus',
    label: 'LoRA+ r=8, ratio 4',
    method: { ...lora, plusRatio: 4 },
    learningRate: 2e-3,
  },
  { id: 'lora-int8', label: 'LoRA r=8 on int8', method: lora, quantisation: 'int8' },
  { id: 'lora-int4', label: 'LoRA r=8 on int4', method: lora, quantisation: 'int4' },
  { id: 'qlora', label: 'QLoRA r=8 (NF4 + DQ)', method: lora, quantisation: 'nf4-double' },
  {
    id: 'qlora-recompute',
    label: 'QLoRA r=8, activation checkpointing',
    method: lora,
    quantisation: 'nf4-double',
    recomputeActivations: true,
  },
  {
    id: 'houlsby',
    label: 'Adapters, Houlsby',
    method: { ...defaultMethod('adapter'), placement: 'houlsby' },
  },
  { id: 'pfeiffer', label: 'Adapters, Pfeiffer', method: defaultMethod('adapter') },
  { id: 'prefix', label: 'Prefix tuning, n=8', method: defaultMethod('prefix') },
  { id: 'p-tuning-v2', label: 'P-Tuning v2, n=8', method: defaultMethod('p-tuning-v2') },
  { id: 'ia3', label: 'IA³', method: defaultMethod('ia3') },
  { id: 'zero-shot', label: 'Prompting, zero-shot', method: defaultMethod('prompting') },
  {
    id: 'three-shot',
    label: 'Prompting, 3-shot',
    method: { ...defaultMethod('prompting'), shots: 3 },
  },
];

/** Tokens that solved examples take beside the question: as many texts of full length again. */
const MOST_TOKENS = 256;

export function recipeOf(
  configuration: Configuration,
  task: { id: string; sequenceLength?: number | undefined },
  seed: number,
  steps: number,
): Recipe {
  const { method, quantisation = 'fp32', recomputeActivations = false } = configuration;
  const plain = defaultRecipe(method.kind);
  const length = task.sequenceLength ?? plain.sequenceLength;
  const shots = method.kind === 'prompting' ? method.shots : 0;
  return {
    ...plain,
    task: task.id,
    method,
    quantisation,
    recomputeActivations,
    optimiser: {
      ...plain.optimiser,
      learningRate: configuration.learningRate ?? DEFAULT_LEARNING_RATE[method.kind],
    },
    sequenceLength: Math.min(MOST_TOKENS, length * (shots + 1)),
    seed,
    steps,
  };
}

/** Whether a seed changes anything: without training and without drawn examples it does not. */
export function isSeeded({ method }: Configuration): boolean {
  return method.kind !== 'prompting' || method.shots > 0;
}
