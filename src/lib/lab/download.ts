/** Saving a run's artifact to the student's disk. */
import { isPeftMethod, peftConfig } from '../engine/formats/peft.ts';
import type { Quantisation, Recipe } from '../engine/formats/recipe.ts';
import { loadConfig } from './assets.ts';

/** `nano-lora-r8-int4.safetensors` */
export function artifactName({ base, method, quantisation }: Recipe): string {
  const rank = method.kind === 'lora' ? `-r${method.rank}` : '';
  const stored = quantisation === 'fp32' ? '' : `-${quantisation}`;
  return `${base.id}-${method.kind}${rank}${stored}.safetensors`;
}

/** What a base has to be in Python for an adapter that was trained on it; null where Python has no such base. */
const BASE_IN_PYTHON: Record<Quantisation, string | null> = {
  fp32: '',
  int8: null,
  int4: null,
  nf4: 'load_in_4bit and bnb_4bit_quant_type="nf4"',
  'nf4-double': 'load_in_4bit, bnb_4bit_quant_type="nf4" and bnb_4bit_use_double_quant',
};

/** Whether Python `peft` can load the artifact on a base that others have as well, rounded as in training. */
export function isForPeft(recipe: Recipe): boolean {
  return isPeftAdapter(recipe) && BASE_IN_PYTHON[recipe.quantisation] !== null;
}

/** What must be known of the base before `peft` loads the artifact, or why there is no config for it. */
export function peftNote(recipe: Recipe): string | null {
  if (!isPeftAdapter(recipe)) return null;
  const { quantisation } = recipe;
  const options = BASE_IN_PYTHON[quantisation];
  if (options === null)
    return `No peft config: the adapter was trained on a base rounded to ${quantisation}, and Python has no base rounded alike.`;
  if (options === '') return null;
  return `For peft, load the base in NF4 with bitsandbytes, as the adapter was trained: ${options}.`;
}

const isPeftAdapter = ({ base, method }: Recipe) =>
  base.weights === 'pretrained' && isPeftMethod(method);

/**
 * The `adapter_config.json` that `peft` reads beside the artifact.
 * @throws when the base model's description cannot be had
 */
export async function peftConfigFile(
  { base, method }: Recipe,
  fetch: typeof globalThis.fetch,
): Promise<Uint8Array<ArrayBuffer>> {
  const config = peftConfig(await loadConfig(base.id, fetch), method, base.id);
  return new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`);
}

export function downloadBytes(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own reference once the click returns; Safari needs a moment more.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
