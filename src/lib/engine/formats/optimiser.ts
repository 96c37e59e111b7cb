/** The optimisers as a recipe writes them down. What each computes is in `../train/optimisers`. */
import * as v from 'valibot';
import { integer, real } from './fields.ts';

export const MAX_STEPS = 2000;

const shared = {
  learningRate: real(1e-7, 10, 'learning rate'),
  /** Steps of linear warm-up; cosine decay to `finalFraction` of the peak follows. */
  warmupSteps: integer(0, MAX_STEPS, 'warm-up steps'),
  finalFraction: real(0, 1, 'final fraction'),
  weightDecay: real(0, 1, 'weight decay'),
  /** Global gradient norm above which the gradient is scaled down. */
  clipNorm: real(0.001, 1000, 'clip norm'),
};

const adam = {
  ...shared,
  beta1: real(0, 0.9999, 'beta1'),
  beta2: real(0, 0.99999, 'beta2'),
  epsilon: real(1e-12, 1, 'epsilon'),
};

export const OptimiserSchema = v.variant('kind', [
  /** Loshchilov & Hutter 2019, arXiv:1711.05101. */
  v.strictObject({ kind: v.literal('adamw'), ...adam }),
  /** The same with both moments kept in 8 bits, after Dettmers et al. 2022, arXiv:2110.02861. */
  v.strictObject({ kind: v.literal('adamw-8bit'), ...adam }),
  /** Stochastic gradient descent with momentum; decay is decoupled as in AdamW. */
  v.strictObject({ kind: v.literal('sgd'), ...shared, momentum: real(0, 0.9999, 'momentum') }),
]);
export type Optimiser = v.InferOutput<typeof OptimiserSchema>;
export type OptimiserKind = Optimiser['kind'];
export type AdamOptimiser = Extract<Optimiser, { kind: 'adamw' | 'adamw-8bit' }>;

export const OPTIMISER_KINDS = [
  'adamw',
  'adamw-8bit',
  'sgd',
] as const satisfies readonly OptimiserKind[];

const SHARED_DEFAULTS = { warmupSteps: 20, finalFraction: 0.05, weightDecay: 0.01, clipNorm: 1 };

/** Plain gradient steps need a larger rate than AdamW's, whose update is normalised; from 100 on LoRA diverges. */
const SGD_RATE_FACTOR = 30;

/** @param learningRate the method's default for AdamW */
export function defaultOptimiser(kind: OptimiserKind, learningRate: number): Optimiser {
  if (kind === 'sgd')
    return {
      kind,
      ...SHARED_DEFAULTS,
      learningRate: Math.min(1, learningRate * SGD_RATE_FACTOR),
      momentum: 0.9,
    };
  return { kind, ...SHARED_DEFAULTS, learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
}
