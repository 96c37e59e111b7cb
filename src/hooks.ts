/** How values that are more than data cross from the server to the browser. */
import { Prose } from '$lib/content/prose.ts';
import type { Transport } from '@sveltejs/kit';

export const transport: Transport = {
  Prose: {
    encode: (value: unknown) => value instanceof Prose && value.encode(),
    decode: (encoded: ReturnType<Prose['encode']>) => Prose.decode(encoded),
  },
};
