/** Saving a run's artifact to the student's disk. */
import type { Recipe } from '../engine/formats/recipe.ts';

/** `nano-lora-r8-int4.safetensors` */
export function artifactName({ base, method, quantisation }: Recipe): string {
  const rank = method.kind === 'lora' ? `-r${method.rank}` : '';
  const stored = quantisation === 'fp32' ? '' : `-${quantisation}`;
  return `${base.id}-${method.kind}${rank}${stored}.safetensors`;
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
