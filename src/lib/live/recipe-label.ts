/** A recipe in a few characters, for a leaderboard row: `LoRA r=8 · int4`. fp32 goes without saying. */
import { LINEAR_MODULES, type Method, type Recipe } from '../engine/formats/recipe.ts';

export function recipeLabel({ method, quantisation }: Recipe): string {
  return quantisation === 'fp32' ? methodLabel(method) : `${methodLabel(method)} · ${quantisation}`;
}

function methodLabel(method: Method): string {
  switch (method.kind) {
    case 'full':
      return 'Full';
    case 'head':
      return 'Head only';
    case 'lora': {
      const everywhere = method.targets.length === LINEAR_MODULES.length;
      const targets = method.targets.map((name) => name.replace('_proj', '')).join(' ');
      return `LoRA r=${method.rank}${everywhere ? '' : ` on ${targets}`}`;
    }
  }
}
