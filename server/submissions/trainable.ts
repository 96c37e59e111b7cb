/** Trainable parameters as the artifact's own header lists them: shown until the verifier has counted. */
import { readHeader, SafetensorsError } from '../../src/lib/engine/formats/safetensors.ts';

/** @returns null when the file cannot be read; the verifier then says what is wrong with it */
export function countTrainable(artifact: Uint8Array): number | null {
  try {
    return readHeader(artifact).reduce(
      (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
      0,
    );
  } catch (error) {
    if (error instanceof SafetensorsError) return null;
    throw error;
  }
}
