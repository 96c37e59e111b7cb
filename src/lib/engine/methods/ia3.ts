/**
 * IA³, Liu et al. 2022 (arXiv:2205.05638): trained factors on each layer's keys, values and the MLP's inner
 * activations. They start at one, so that training starts at the base model.
 * Names and shapes are those of an adapter that Python `peft` loads: [out, 1] on an output, [1, in] on an input.
 */
import type { LinearModule } from '../formats/recipe.ts';
import * as f from '../graph/functions.ts';
import { linearPath, linearShape } from '../model/config.ts';
import {
  eachLayer,
  PEFT_PREFIX,
  untouched,
  type MethodDefinition,
  type MethodOf,
} from './method.ts';

/** Modules whose output is scaled, and the one whose input is. */
export const IA3_OUTPUTS: readonly LinearModule[] = ['k_proj', 'v_proj'];
export const IA3_INPUTS: readonly LinearModule[] = ['down_proj'];

/** The factors of one module. */
export const ia3Name = (layer: number, module: LinearModule) =>
  `${PEFT_PREFIX}${linearPath(layer, module)}.ia3_l`;

export const ia3: MethodDefinition<MethodOf<'ia3'>> = {
  ...untouched,
  headName: `${PEFT_PREFIX}score.weight`,

  trainables: (config) =>
    eachLayer(config, (layer) =>
      [...IA3_OUTPUTS, ...IA3_INPUTS].map((module) => {
        const [out, into] = linearShape(config, module);
        const shape = IA3_OUTPUTS.includes(module) ? [out, 1] : [1, into];
        const name = ia3Name(layer, module);
        return { name, shape, initial: { kind: 'ones' as const }, decayed: false };
      }),
    ),

  project(tape, _method, { x, layer, module, base, trained, config }) {
    const [out, into] = linearShape(config, module);
    const factor = (size: number) => f.reshape(tape, trained(ia3Name(layer, module)), [size]);
    if (IA3_OUTPUTS.includes(module)) return f.mul(tape, base(x), factor(out));
    if (IA3_INPUTS.includes(module)) return base(f.mul(tape, x, factor(into)));
    return base(x);
  },
};
