/** The instruments of lesson 04. An instrument that is listed here and not built yet has an outline page. */

/** What lessons call an instrument. */
export const INSTRUMENT_NAMES = ['architecture', 'optimization', 'lora', 'optimiser'] as const;
export type InstrumentName = (typeof INSTRUMENT_NAMES)[number];

export interface Instrument {
  name: InstrumentName;
  slug: string;
  figure: string;
  title: string;
  summary: string;
  holds: readonly string[];
}

export const INSTRUMENTS: readonly Instrument[] = [
  {
    name: 'architecture',
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
    name: 'optimization',
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
    name: 'lora',
    slug: 'lora-and-quantisation-lab',
    figure: '4.3',
    title: 'LoRA and quantisation lab',
    summary: 'W + (α/r)·B·A as matrices whose sizes follow the rank, and the real fine-tune.',
    holds: [
      'The update drawn as matrices in true proportion, for the rank you choose.',
      'The spectrum of your own ΔW and the quantisation error of each format.',
      'The real fine-tune, in place.',
    ],
  },
  {
    name: 'optimiser',
    slug: 'optimiser-paths',
    figure: '4.4',
    title: 'Optimiser paths',
    summary: 'SGD, momentum and AdamW on the loss of a real model, cut to two numbers.',
    holds: [
      'The loss of the base model on a plane of its trained parameters, evaluated by the engine.',
      'The ways of SGD, momentum and AdamW from a start that you drag, by the engine’s own updates.',
      'The same ways computed with the model itself, and how far the two are apart.',
    ],
  },
];

/** The instrument whose page shows what this project measured of every method. */
export const MEASURED = 'optimization-techniques-explorer';

export function findInstrument(slug: string): Instrument | null {
  return INSTRUMENTS.find((instrument) => instrument.slug === slug) ?? null;
}

export function instrumentNamed(name: InstrumentName): Instrument {
  return INSTRUMENTS.find((instrument) => instrument.name === name)!;
}
