/**
 * Stochastic gradient descent with momentum as PyTorch writes it: v ← μ·v + gradient, step = lr·v. One vector
 * of memory instead of AdamW's two. Weight decay is decoupled, as in AdamW.
 */
import type { OptimiserDefinition, OptimiserOf } from './optimiser.ts';

export const sgd: OptimiserDefinition<OptimiserOf<'sgd'>> = {
  state: (size) => [{ name: 'velocity', shape: [size], dtype: 'float32' }],
  scalarNames: [],
  scalars: ({ weightDecay }, _step, rate) => ({
    learningRate: rate,
    shrink: rate * weightDecay,
  }),
  update(g, { momentum }, gradient, { velocity }) {
    const next = g.add(g.mul(velocity!, g.scalar(momentum)), gradient);
    return { direction: next, state: { velocity: next } };
  },
};
