/**
 * Bottleneck adapters: h + up(act(down(h))) behind a sublayer, with h its output before the residual sum.
 * Houlsby et al. 2019 (arXiv:1902.00751) put one behind attention and one behind the MLP, Pfeiffer et al. 2021
 * (arXiv:2005.00247) one behind the MLP. Activations are those of AdapterHub's configurations of the two names:
 * swish and ReLU. `up` starts at zero, so that training starts at the base model.
 *
 * Python `peft` has no such method; names and shapes are AdapterHub's for a Llama model.
 */
import * as f from '../graph/functions.ts';
import type { LlamaConfig } from '../model/config.ts';
import type { Sublayer } from '../model/llama.ts';
import {
  eachLayer,
  linearInitial,
  untouched,
  type MethodDefinition,
  type MethodOf,
  type Trainable,
} from './method.ts';

type Adapter = MethodOf<'adapter'>;

/** The adapter's own name in AdapterHub's files. */
const NAME = 'rankroom';

const PLACES: Record<Adapter['placement'], readonly Sublayer[]> = {
  houlsby: ['attention', 'mlp'],
  pfeiffer: ['mlp'],
};

function names(layer: number, sublayer: Sublayer) {
  const list = sublayer === 'attention' ? 'attention_adapters' : 'output_adapters';
  const path = `model.layers.${layer}.${list}.adapters.${NAME}`;
  return {
    downWeight: `${path}.adapter_down.0.weight`,
    downBias: `${path}.adapter_down.0.bias`,
    upWeight: `${path}.adapter_up.weight`,
    upBias: `${path}.adapter_up.bias`,
  };
}

/** Width of the bottleneck, at least 1. */
export function bottleneckSize({ hiddenSize }: LlamaConfig, { reduction }: Adapter): number {
  return Math.max(1, Math.floor(hiddenSize / reduction));
}

export const adapter: MethodDefinition<Adapter> = {
  ...untouched,

  trainables: (config, method) =>
    eachLayer(config, (layer) =>
      PLACES[method.placement].flatMap((sublayer): Trainable[] => {
        const { hiddenSize: d } = config;
        const width = bottleneckSize(config, method);
        const { downWeight, downBias, upWeight, upBias } = names(layer, sublayer);
        const initial = { kind: 'zeros' as const };
        return [
          { name: downWeight, shape: [width, d], initial: linearInitial(d), decayed: true },
          { name: downBias, shape: [width], initial, decayed: false },
          { name: upWeight, shape: [d, width], initial, decayed: true },
          { name: upBias, shape: [d], initial, decayed: false },
        ];
      }),
    ),

  behind(tape, { placement }, { x, layer, sublayer, trained }) {
    if (!PLACES[placement].includes(sublayer)) return x;
    const { downWeight, downBias, upWeight, upBias } = names(layer, sublayer);
    const activation = placement === 'houlsby' ? f.silu : f.relu;
    const down = f.add(tape, f.linear(tape, x, trained(downWeight)), trained(downBias));
    const up = f.linear(tape, activation(tape, down), trained(upWeight));
    return f.add(tape, x, f.add(tape, up, trained(upBias)));
  },
};
