/** The methods that are asked whether they fit on a GPU, each with the knobs it usually has. */
import { defaultMethod, type MethodKind } from '../engine/formats/recipe.ts';
import type { Adaptation, StepShape } from './adaptation-memory.ts';

export interface FitMethod {
  id: string;
  label: string;
  /** Whose mark it has. */
  mark: MethodKind;
  adaptation: Adaptation;
}

const lora = defaultMethod('lora');

export const FIT_METHODS: readonly FitMethod[] = [
  { id: 'full', label: 'Full', mark: 'full', adaptation: { method: defaultMethod('full') } },
  {
    id: 'full-8bit',
    label: 'Full, 8-bit AdamW',
    mark: 'full',
    adaptation: { method: defaultMethod('full'), optimiser: 'adamw-8bit' },
  },
  { id: 'lora', label: 'LoRA r=8, every layer', mark: 'lora', adaptation: { method: lora } },
  {
    id: 'lora-qv',
    label: 'LoRA r=8, q and v',
    mark: 'lora',
    adaptation: { method: { ...lora, targets: ['q_proj', 'v_proj'] } },
  },
  {
    id: 'qlora',
    label: 'QLoRA r=8, NF4 twice quantised',
    mark: 'lora',
    adaptation: { method: lora, quantisation: 'nf4-double' },
  },
  {
    id: 'adapter',
    label: 'Pfeiffer adapters /8',
    mark: 'adapter',
    adaptation: { method: defaultMethod('adapter') },
  },
  {
    id: 'prefix',
    label: 'Prefix tuning n=8',
    mark: 'prefix',
    adaptation: { method: defaultMethod('prefix') },
  },
  {
    id: 'p-tuning-v2',
    label: 'P-Tuning v2 n=8',
    mark: 'p-tuning-v2',
    adaptation: { method: defaultMethod('p-tuning-v2') },
  },
  { id: 'ia3', label: 'IA³', mark: 'ia3', adaptation: { method: defaultMethod('ia3') } },
  {
    id: 'prompting',
    label: 'Prompting, no training',
    mark: 'prompting',
    adaptation: { method: defaultMethod('prompting') },
  },
];

/** One text of 512 tokens, with activation checkpointing. */
export const USUAL_STEP: StepShape = { batch: 1, tokens: 512, recompute: true };
