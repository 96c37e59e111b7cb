/**
 * Low-rank adaptation, Hu et al. 2021 (arXiv:2106.09685): y = x·Wᵀ + (alpha / r)·x·Aᵀ·Bᵀ with W frozen.
 * A [r, in] starts Kaiming-uniform with a = √5, B [out, r] at zero, so that training starts at the base model.
 * Names and shapes are those of an adapter that Python `peft` loads.
 */
import type { LinearModule } from '../formats/recipe.ts';
import * as f from '../graph/functions.ts';
import { linearPath, linearShape } from '../model/config.ts';
import type { MethodDefinition, MethodOf } from './method.ts';

const PREFIX = 'base_model.model.';

function factorNames(layer: number, module: LinearModule) {
  const path = `${PREFIX}${linearPath(layer, module)}`;
  return { a: `${path}.lora_A.weight`, b: `${path}.lora_B.weight` };
}

export const lora: MethodDefinition<MethodOf<'lora'>> = {
  headName: `${PREFIX}score.weight`,

  trainables(config, { rank, targets }) {
    return Array.from({ length: config.layers }, (_, layer) =>
      targets.flatMap((module) => {
        const [out, into] = linearShape(config, module);
        const { a, b } = factorNames(layer, module);
        return [
          {
            name: a,
            shape: [rank, into],
            initial: { kind: 'uniform' as const, bound: 1 / Math.sqrt(into) },
            decayed: true,
          },
          { name: b, shape: [out, rank], initial: { kind: 'zeros' as const }, decayed: true },
        ];
      }),
    ).flat();
  },

  trainedBase: () => null,

  project(tape, { rank, alpha, targets }, { x, layer, module, base, trained }) {
    if (!targets.includes(module)) return base();
    const { a, b } = factorNames(layer, module);
    const low = f.linear(tape, x, trained(a));
    return f.add(tape, base(), f.scale(tape, f.linear(tape, low, trained(b)), alpha / rank));
  },
};
