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
};

export const QUANTISATION_NAMES: Record<Quantisation, string> = {
  fp32: 'fp32',
  int8: 'int8',
  int4: 'int4',
  nf4: 'NF4',
};

export function recipeName({ method, quantisation }: Recipe): string {
  const name = methodName(method);
  return quantisation === 'fp32' ? name : `${name} · ${QUANTISATION_NAMES[quantisation]}`;
}

function methodName(method: Method): string {
  if (method.kind !== 'lora') return METHOD_NAMES[method.kind];
  const everywhere = method.targets.length === LINEAR_MODULES.length;
  return `LoRA r=${method.rank}${everywhere ? '' : ` on ${targetNames(method.targets)}`}`;
}

export function targetNames(targets: readonly LinearModule[]): string {
  if (targets.length === LINEAR_MODULES.length) return 'all linear';
  return targets.map((name) => name.replace('_proj', '')).join(' ');
}
