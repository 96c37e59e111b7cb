/** Saving a run's artifact to the student's disk. */
import { isPeftMethod, peftConfig } from '../engine/formats/peft.ts';
import type { Recipe } from '../engine/formats/recipe.ts';
import { loadConfig } from './assets.ts';

/** `nano-lora-r8-int4.safetensors` */
export function artifactName({ base, method, quantisation }: Recipe): string {
  const rank = method.kind === 'lora' ? `-r${method.rank}` : '';
  const stored = quantisation === 'fp32' ? '' : `-${quantisation}`;
  return `${base.id}-${method.kind}${rank}${stored}.safetensors`;
}

/** Whether Python `peft` can load the artifact on a base that others have as well. */
export function isForPeft({ base, method }: Recipe): boolean {
  return base.weights === 'pretrained' && isPeftMethod(method);
}

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
