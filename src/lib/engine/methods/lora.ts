/**
 * Low-rank adaptation, Hu et al. 2021 (arXiv:2106.09685): y = x·Wᵀ + s·x·Aᵀ·Bᵀ with W frozen.
 * A [r, in] starts Kaiming-uniform with a = √5, B [out, r] at zero, so that training starts at the base model.
 * s is alpha / r, or alpha / √r for rsLoRA. LoRA+ trains B at a multiple of A's learning rate.
 * Names and shapes are those of an adapter that Python `peft` loads.
 *
 * DoRA (Liu et al. 2024, arXiv:2402.09353) learns the length m [out] of each row of V = W + s·B·A apart from its
 * direction: y = (m / ‖V‖) ⊙ (x·Vᵀ). m starts at ‖W‖. The gradient flows through ‖V‖, too; `peft` holds it
 * constant there, which the paper's section 4.3 offers as an economy, so the two train along slightly
 * different paths to the same kind of adapter. Dropout acts on the way through A alone.
 */
import type { LinearModule } from '../formats/recipe.ts';
import type { Tape } from '../graph/autodiff.ts';
import * as f from '../graph/functions.ts';
import type { Tensor } from '../graph/graph.ts';
import { linearPath, linearShape, type LlamaConfig } from '../model/config.ts';
import {
  eachLayer,
  linearInitial,
  PEFT_PREFIX,
  untouched,
  type MethodDefinition,
  type MethodOf,
  type Trainable,
} from './method.ts';

type Lora = MethodOf<'lora'>;

/** The tensors of one module by what they are. */
export function loraNames(layer: number, module: LinearModule) {
  const path = `${PEFT_PREFIX}${linearPath(layer, module)}`;
  return {
    a: `${path}.lora_A.weight`,
    b: `${path}.lora_B.weight`,
    // Without `.weight`, as peft writes it.
    magnitude: `${path}.lora_magnitude_vector`,
  };
}

/** s in W + s·B·A. */
export function loraScale({ alpha, rank, scaling }: Lora): number {
  return alpha / (scaling === 'rank-stabilised' ? Math.sqrt(rank) : rank);
}

function trainablesAt(
  config: LlamaConfig,
  { rank, dora, plusRatio }: Lora,
  layer: number,
  module: LinearModule,
): Trainable[] {
  const [out, into] = linearShape(config, module);
  const { a, b, magnitude } = loraNames(layer, module);
  const factors: Trainable[] = [
    { name: a, shape: [rank, into], initial: linearInitial(into), decayed: true },
    { name: b, shape: [out, rank], initial: { kind: 'zeros' }, decayed: true, rate: plusRatio },
  ];
  if (!dora) return factors;
  const name = `${linearPath(layer, module)}.weight`;
  return [
    ...factors,
    { name: magnitude, shape: [out], initial: { kind: 'row-norms', name }, decayed: false },
  ];
}

/** m / ‖W + s·B·A‖ by row, [out]. */
function doraFactor(
  tape: Tape,
  weight: Tensor,
  [a, b, magnitude]: readonly [Tensor, Tensor, Tensor],
  scale: number,
): Tensor {
  const update = f.linear(tape, b, f.transpose(tape, a, [1, 0]));
  const moved = f.add(tape, weight, f.scale(tape, update, scale));
  return f.div(tape, magnitude, f.rowNorms(tape, moved));
}

export const lora: MethodDefinition<Lora> = {
  ...untouched,
  headName: `${PEFT_PREFIX}score.weight`,

  trainables: (config, method) =>
    eachLayer(config, (layer) =>
      method.targets.flatMap((module) => trainablesAt(config, method, layer, module)),
    ),

  project(tape, method, { x, layer, module, base, weight, trained, dropout }) {
    if (!method.targets.includes(module)) return base(x);
    const { a, b, magnitude } = loraNames(layer, module);
    const low = f.linear(tape, dropout(x, method.dropout), trained(a));
    const scale = loraScale(method);
    const sum = f.add(tape, base(x), f.scale(tape, f.linear(tape, low, trained(b)), scale));
    if (!method.dora) return sum;
    const tensors = [trained(a), trained(b), trained(magnitude)] as const;
    return f.mul(tape, sum, doraFactor(tape, weight(), tensors, scale));
  },
};
