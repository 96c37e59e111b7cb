/**
 * AdamW with decoupled weight decay, Loshchilov & Hutter 2019 (arXiv:1711.05101). Bias correction is on the host:
 *   learningRate = lr·√(1 − β₂ᵗ) / (1 − β₁ᵗ),  epsilon = ε·√(1 − β₂ᵗ),  shrink = lr·weightDecay.
 */
import type { AdamOptimiser } from '../../formats/recipe.ts';
import type { Graph, Tensor } from '../../graph/graph.ts';
import type { OptimiserDefinition, OptimiserOf } from './optimiser.ts';

export function adamScalars(optimiser: AdamOptimiser, step: number, rate: number) {
  const correction1 = 1 - optimiser.beta1 ** step;
  const correction2 = 1 - optimiser.beta2 ** step;
  return {
    learningRate: (rate * Math.sqrt(correction2)) / correction1,
    epsilon: optimiser.epsilon * Math.sqrt(correction2),
    shrink: rate * optimiser.weightDecay,
  };
}

/** Both moments after the gradient, and the direction they give. All [P]. */
export function adamStep(
  g: Graph,
  { beta1, beta2 }: AdamOptimiser,
  gradient: Tensor,
  moments: { moment1: Tensor; moment2: Tensor },
  epsilon: Tensor,
) {
  const blend = (old: Tensor, next: Tensor, beta: number) =>
    g.add(g.mul(old, g.scalar(beta)), g.mul(next, g.scalar(1 - beta)));
  const moment1 = blend(moments.moment1, gradient, beta1);
  const moment2 = blend(moments.moment2, g.mul(gradient, gradient), beta2);
  return { moment1, moment2, direction: g.div(moment1, g.add(g.sqrt(moment2), epsilon)) };
}

export const adamw: OptimiserDefinition<OptimiserOf<'adamw'>> = {
  state: (size) => [
    { name: 'moment1', shape: [size], dtype: 'float32' },
    { name: 'moment2', shape: [size], dtype: 'float32' },
  ],
  scalarNames: ['epsilon'],
  scalars: adamScalars,
  update(g, optimiser, gradient, { moment1, moment2 }, { epsilon }) {
    const moments = { moment1: moment1!, moment2: moment2! };
    const { direction, ...state } = adamStep(g, optimiser, gradient, moments, epsilon!);
    return { direction, state };
  },
};
