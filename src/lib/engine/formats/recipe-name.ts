/** A recipe in a few characters, the same on a board and in the lab: `LoRA r=8 · int4`. fp32 goes without saying. */
import {
  LINEAR_MODULES,
  type LinearModule,
  type Method,
  type Quantisation,
  type Recipe,
} from './recipe.ts';

export const METHOD_NAMES: Record<Method['kind'], string> = {
  lora: 'LoRA',
  full: 'Full',
  head: 'Head only',
  adapter: 'Adapter',
  prefix: 'Prefix tuning',
  'p-tuning-v2': 'P-Tuning v2',
  ia3: 'IA³',
  prompting: 'Prompting',
};

export const QUANTISATION_NAMES: Record<Quantisation, string> = {
  fp32: 'fp32',
  int8: 'int8',
  int4: 'int4',
  nf4: 'NF4',
  'nf4-double': 'NF4 + DQ',
};

export function recipeName({ method, quantisation }: Recipe): string {
  const name = methodName(method);
  return quantisation === 'fp32' ? name : `${name} · ${QUANTISATION_NAMES[quantisation]}`;
}

/** The method with the number that tells it best. */
export function methodName(method: Method): string {
  switch (method.kind) {
    case 'full':
      return method.frozenLayers > 0 ? `Full, ${method.frozenLayers} frozen` : METHOD_NAMES.full;
    case 'lora':
      return loraName(method);
    case 'adapter':
      return `${METHOD_NAMES.adapter} ${method.placement === 'houlsby' ? 'Houlsby' : 'Pfeiffer'} /${method.reduction}`;
    case 'prefix':
    case 'p-tuning-v2':
      return `${METHOD_NAMES[method.kind]} n=${method.length}`;
    case 'prompting':
      return method.shots === 0 ? 'Zero-shot' : `${method.shots}-shot`;
    case 'head':
    case 'ia3':
      return METHOD_NAMES[method.kind];
  }
}

type Lora = Extract<Method, { kind: 'lora' }>;

/** The name of the variant: `LoRA`, `rsLoRA`, `DoRA`, each with a plus when B has a rate of its own. */
export function loraVariant({ dora, scaling, plusRatio }: Lora): string {
  const stabilised = scaling === 'rank-stabilised';
  const name = dora ? (stabilised ? 'rsDoRA' : 'DoRA') : stabilised ? 'rsLoRA' : 'LoRA';
  return plusRatio > 1 ? `${name}+` : name;
}

function loraName(method: Lora): string {
  const { rank, targets, dropout } = method;
  const everywhere = targets.length === LINEAR_MODULES.length;
  return [
    `${loraVariant(method)} r=${rank}`,
    ...(everywhere ? [] : [`on ${targetNames(targets)}`]),
    ...(dropout > 0 ? [`dropout ${dropout}`] : []),
  ].join(' ');
}

export function targetNames(targets: readonly LinearModule[]): string {
  if (targets.length === LINEAR_MODULES.length) return 'all linear';
  return targets.map((name) => name.replace('_proj', '')).join(' ');
}
