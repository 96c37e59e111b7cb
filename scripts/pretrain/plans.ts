/** The base models that are shipped, and how each is pretrained. */
import type { Recipe } from '../../src/lib/engine/formats/recipe.ts';
import { NANO } from './nano.ts';
import { SMALL } from './small.ts';

export interface Plan {
  id: string;
  /** The model's `config.json`, in Hugging Face's names. */
  config: typeof NANO;
  /** The shipped model whose checkpoint, doubled in width, training starts from, and whose tokenizer it keeps. */
  grownFrom: 'nano' | null;
  optimiser: Recipe['optimiser'];
  /** Unless `--steps` says otherwise. */
  steps: number;
  /** Of the first weights and of the order of the text. Another one than the parent's: other windows of it. */
  seed: number;
}

const ADAMW: Recipe['optimiser'] = {
  kind: 'adamw',
  learningRate: 3e-3,
  warmupSteps: 200,
  finalFraction: 0.02,
  weightDecay: 0.05,
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-8,
  clipNorm: 1,
};

export const PLANS = {
  nano: { id: 'nano', config: NANO, grownFrom: null, optimiser: ADAMW, steps: 24_000, seed: 1 },
  small: {
    id: 'small',
    config: SMALL,
    grownFrom: 'nano',
    optimiser: { ...ADAMW, learningRate: 6e-4 },
    steps: 8000,
    seed: 2,
  },
} satisfies Record<string, Plan>;

/** @throws {Error} that names the models there are */
export function planOf(id: string): Plan {
  const plan = (PLANS as Record<string, Plan>)[id];
  if (!plan) throw new Error(`there is no model ${id}: ${Object.keys(PLANS).join(', ')}`);
  return plan;
}
