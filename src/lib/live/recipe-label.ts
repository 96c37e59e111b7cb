/** A recipe in a few characters, for a leaderboard row: `LoRA r=8 · int4`. */
import { LINEAR_MODULES, type Recipe } from '../engine/formats/recipe.ts';

export function recipeLabel({ method, quantisation }: Recipe): string {
  switch (method.kind) {
    case 'full':
      return `Full · ${quantisation}`;
    case 'head':
      return `Head only · ${quantisation}`;
    case 'lora': {
      const everywhere = method.targets.length === LINEAR_MODULES.length;
      const targets = method.targets.map((name) => name.replace('_proj', '')).join(', ');
      return `LoRA r=${method.rank}${everywhere ? '' : ` on ${targets}`} · ${quantisation}`;
    }
  }
}
