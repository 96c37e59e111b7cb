/** The three instruments of lesson 04, as far as they are known before they are built. */

export interface Instrument {
  slug: string;
  figure: string;
  title: string;
  summary: string;
  holds: readonly string[];
}

export const INSTRUMENTS: readonly Instrument[] = [
  {
    slug: 'architecture-explorer',
    figure: '4.1',
    title: 'Transformer Architecture Explorer',
    summary: 'The base model itself, from the whole down to a single number.',
    holds: [
      'The base model drawn from its configuration: overview, block, matrix, single number.',
      'Activations and attention of a text you type, computed by the engine.',
      'Which tensors a method trains, freezes or quantises, with counted parameters and bytes.',
    ],
  },
  {
    slug: 'optimization-techniques-explorer',
    figure: '4.2',
    title: 'Optimization Techniques Explorer',
    summary: 'Methods as points on accuracy, trainable share, memory and time.',
    holds: [
      'The Pareto frontier of methods, from published figures, this deployment and your own runs, never mixed.',
      'Filters by resource limits: what would fit on 8 GB, for real model sizes.',
      'Every point opens the recipe that made it.',
    ],
  },
  {
    slug: 'lora-and-quantisation-lab',
    figure: '4.3',
    title: 'LoRA and quantisation lab',
    summary: 'W + (α/r)·B·A as matrices whose sizes follow the rank, and the real fine-tune.',
    holds: [
      'The update drawn as matrices in true proportion, for the rank you choose.',
      'The spectrum of your own ΔW and the quantisation error of each format.',
      'The real fine-tune, which the lab already runs.',
    ],
  },
];

/** The instrument whose page shows what this project measured of every method. */
export const MEASURED = 'optimization-techniques-explorer';

export function findInstrument(slug: string): Instrument | null {
  return INSTRUMENTS.find((instrument) => instrument.slug === slug) ?? null;
}
