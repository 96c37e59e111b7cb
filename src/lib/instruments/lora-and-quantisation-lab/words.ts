/** What the lab shows, in sentences: for everybody who reads, and for a screen reader when something changes. */
import { QUANTISATION_NAMES, recipeName } from '../../engine/formats/recipe-name.ts';
import type { Recipe } from '../../engine/formats/recipe.ts';
import { energyShare, valuesFor } from '../../engine/inspect/spectrum.ts';
import { loraScale } from '../../engine/methods/lora.ts';
import { formatCount, formatRate, formatShare, plural } from '../../ui/format.ts';
import { partName, sizeName } from '../architecture-explorer/words.ts';
import type { QuantisedMatrix } from './recorded.ts';
import type { LoraMethod, LoraState } from './state.ts';

/** `the query matrix q of block 0`, within a sentence. */
export const matrixName = ({ module, layer }: Pick<LoraState, 'module' | 'layer'>): string =>
  partName(module, layer).replace(/^The/, 'the');

/** How often BA counts, with how it comes about: `α/r = 16/8 = 2`. */
export function factorName(method: LoraMethod): string {
  const { alpha, rank, scaling } = method;
  const [name, numbers] =
    scaling === 'rank-stabilised'
      ? ['α/√r', `${formatRate(alpha)}/√${rank}`]
      : ['α/r', `${formatRate(alpha)}/${rank}`];
  return `${name} = ${numbers} = ${formatRate(loraScale(method))}`;
}

/** Parameters of the pair, of the matrix, and the one over the other. */
export function pairCount([out, into]: readonly [number, number], { rank, dora }: LoraMethod) {
  const trained = rank * (out + into) + (dora ? out : 0);
  return { trained, whole: out * into, share: trained / (out * into) };
}

export function matricesSentence(
  state: LoraState,
  shape: readonly [number, number],
  pair: LoraMethod | null,
  trained: boolean,
): string {
  const name = matrixName(state);
  if (!pair)
    return `W, ${name}, is ${sizeName(shape)}. No pair stands beside it: it is not among the target modules.`;
  const [out, into] = shape;
  const { trained: count, whole, share } = pairCount(shape, pair);
  const lengths = pair.dora ? `, and the length of each of its ${formatCount(out)} rows` : '';
  const when = trained ? 'after the run' : 'before the first step, so BA is zero';
  return `W, ${name}, is ${sizeName(shape)}. At rank ${pair.rank}, B is ${sizeName([out, pair.rank])} and A ${sizeName([pair.rank, into])}${lengths}: ${formatCount(count)} numbers beside ${formatCount(whole)}, ${formatShare(share)}. BA counts ${factorName(pair)} times; here ${when}.`;
}

/** Values that hold so much count as where the energy is. */
export const MOST = 0.9;

/** A spectrum that is drawn. */
export interface Series {
  /** The reader's own run, a recorded one with LoRA, or recorded full fine-tuning. */
  mark: 'own' | 'recorded' | 'full';
  /** Of the run: `your run, LoRA r=8`. */
  name: string;
  values: ArrayLike<number>;
  /** Values above rounding. */
  rank: number;
}

export function spectrumSentence(
  state: LoraState,
  size: number,
  spectra: readonly Series[],
): string {
  if (spectra.length === 0) return `The spectrum of ΔW of ${matrixName(state)} is on its way.`;
  const each = spectra.map(({ name, values, rank }) =>
    rank === 0
      ? `${name}: ΔW is zero`
      : `${name}: ${rank} of ${size} above rounding, ${plural(valuesFor(values, MOST), 'value holds', 'values hold')} ${formatShare(MOST)} of the energy, the first alone ${formatShare(energyShare(values, 1))}`,
  );
  const all = each.join('; ');
  return `Singular values of ΔW of ${matrixName(state)}. ${all[0]!.toUpperCase()}${all.slice(1)}.`;
}

/** Relative errors in one form, so that formats can be compared. */
export const errorShare = (relative: number): string => `${(100 * relative).toFixed(2)} %`;

export function quantisationSentence(state: LoraState, matrix: QuantisedMatrix | null): string {
  const name = matrixName(state);
  if (!matrix) return `The quantisation error of ${name} is on its way.`;
  const each = matrix.reports.map(
    ({ format, bits, relative }) =>
      `${QUANTISATION_NAMES[format]} ${errorShare(relative)} at ${bits.toFixed(2)} bits`,
  );
  return `Relative error of ${name}, by format: ${each.join(', ')}. The codes of ${QUANTISATION_NAMES[state.format]} are drawn.`;
}

/** What is shown where the controls are of another recipe. */
export const shownSentence = (recipe: Recipe): string =>
  `Shown is a run of ${recipeName(recipe)} on ${recipe.task} with ${recipe.base.id}. The controls say what Run starts.`;

export const trainingSentence = ({ recipe }: LoraState): string =>
  `Run trains ${recipeName(recipe)} on ${recipe.task} with ${recipe.base.id} for ${plural(recipe.steps, 'step')}, in this browser.`;
