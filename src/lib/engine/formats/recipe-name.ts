/** A recipe in a few characters, the same on a board and in the lab: `LoRA r=8 · int4`. fp32 goes without saying. */
import { LINEAR_MODULES, type LinearModule, type Method, type Recipe } from './recipe.ts';

export const METHOD_NAMES: Record<Method['kind'], string> = {
  lora: 'LoRA',
  full: 'Full',
  head: 'Head only',
};

export function recipeName({ method, quantisation }: Recipe): string {
  return quantisation === 'fp32' ? methodName(method) : `${methodName(method)} · ${quantisation}`;
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
