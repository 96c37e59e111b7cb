/** `adapter_config.json` for a LoRA artifact, as Python `peft` reads it. */
import type { Recipe } from './recipe.ts';

/**
 * @param base name or path that peft shows as the base model
 * @throws when the recipe's method is not LoRA
 */
export function peftConfig(recipe: Recipe, base: string): object {
  if (recipe.method.kind !== 'lora') throw new Error('only LoRA artifacts are peft adapters');
  const { rank, alpha, targets } = recipe.method;
  return {
    peft_type: 'LORA',
    task_type: 'SEQ_CLS',
    base_model_name_or_path: base,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0,
    bias: 'none',
    target_modules: targets,
    modules_to_save: ['score'],
    fan_in_fan_out: false,
    use_rslora: false,
    use_dora: false,
    inference_mode: true,
  };
}
