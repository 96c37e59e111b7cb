/** A recipe by what telemetry has of it, as a board would name it. */
import { METHOD_NAMES, QUANTISATION_NAMES } from '../../engine/formats/recipe-name.ts';
import type { RecipeSummary } from '../protocol.ts';

export function summaryName({ method, rank, quantisation }: RecipeSummary): string {
  const name = rank === null ? METHOD_NAMES[method] : `${METHOD_NAMES[method]} r=${rank}`;
  return quantisation === 'fp32' ? name : `${name} · ${QUANTISATION_NAMES[quantisation]}`;
}
