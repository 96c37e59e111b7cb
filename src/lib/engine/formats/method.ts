/**
 * The fine-tuning methods as a recipe writes them down: their knobs and the limits of each. What a method
 * does to the model is in `../methods`, one file each.
 */
import * as v from 'valibot';
import { integer, real } from './fields.ts';

/** Linear projections of one decoder block, by the name their weight has in a Hugging Face Llama checkpoint. */
export const LINEAR_MODULES = [
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'down_proj',
] as const;
export type LinearModule = (typeof LINEAR_MODULES)[number];

export const MAX_RANK = 64;
export const MIN_ALPHA = 0.01;
export const MAX_ALPHA = 1024;
export const MAX_DROPOUT = 0.9;
export const MAX_PLUS_RATIO = 64;
export const MAX_FROZEN_LAYERS = 64;
export const MAX_REDUCTION = 128;
/** Virtual tokens of a prefix. */
export const MAX_PREFIX = 64;
export const MAX_PREFIX_HIDDEN = 1024;
export const MAX_SHOTS = 16;

/** How LoRA's update is scaled: alpha / r, or alpha / √r (rsLoRA, Kalajdzievski 2023, arXiv:2312.03732). */
export const SCALINGS = ['standard', 'rank-stabilised'] as const;
/**
 * Where bottleneck adapters stand: after attention and after the MLP (Houlsby et al. 2019, arXiv:1902.00751),
 * or after the MLP alone (Pfeiffer et al. 2021, arXiv:2005.00247).
 */
export const PLACEMENTS = ['houlsby', 'pfeiffer'] as const;

export const MethodSchema = v.variant('kind', [
  /** Every weight of the base and the head are trained. The base is then never quantised. */
  v.strictObject({
    kind: v.literal('full'),
    /** This many of the lowest blocks stay as they are; from 1 on the embeddings, too. */
    frozenLayers: v.optional(integer(0, MAX_FROZEN_LAYERS, 'frozen layers'), 0),
  }),
  /** Only the classification head is trained. */
  v.strictObject({ kind: v.literal('head') }),
  /** W + s·B·A on each target module, and the head. Hu et al. 2021, arXiv:2106.09685. */
  v.strictObject({
    kind: v.literal('lora'),
    rank: integer(1, MAX_RANK, 'LoRA rank'),
    alpha: real(MIN_ALPHA, MAX_ALPHA, 'alpha'),
    targets: v.pipe(
      v.array(v.picklist(LINEAR_MODULES)),
      v.minLength(1, 'LoRA needs at least one target module'),
      v.check((targets) => new Set(targets).size === targets.length, 'target modules repeat'),
    ),
    /** Share of A's inputs that is left out in training. */
    dropout: v.optional(real(0, MAX_DROPOUT, 'dropout'), 0),
    scaling: v.optional(v.picklist(SCALINGS), 'standard'),
    /** Magnitude and direction apart. Liu et al. 2024, arXiv:2402.09353. */
    dora: v.optional(v.boolean(), false),
    /** Learning rate of B over A's, 1 for plain LoRA. LoRA+, Hayou et al. 2024, arXiv:2402.12354. */
    plusRatio: v.optional(real(1, MAX_PLUS_RATIO, 'LoRA+ ratio'), 1),
  }),
  /** A small MLP with a residual connection behind sublayers, and the head. */
  v.strictObject({
    kind: v.literal('adapter'),
    placement: v.picklist(PLACEMENTS),
    /** The model's width over the bottleneck's. */
    reduction: integer(1, MAX_REDUCTION, 'reduction factor'),
  }),
  /**
   * Trained keys and values in front of every layer's own, made by an MLP that is folded away afterwards.
   * Li & Liang 2021, arXiv:2101.00190.
   */
  v.strictObject({
    kind: v.literal('prefix'),
    length: integer(1, MAX_PREFIX, 'prefix length'),
    hidden: integer(1, MAX_PREFIX_HIDDEN, 'prefix MLP width'),
  }),
  /** The same keys and values trained directly. Liu et al. 2022, arXiv:2110.07602. */
  v.strictObject({
    kind: v.literal('p-tuning-v2'),
    length: integer(1, MAX_PREFIX, 'prefix length'),
  }),
  /** Trained factors on keys, values and the MLP's inner activations. Liu et al. 2022, arXiv:2205.05638. */
  v.strictObject({ kind: v.literal('ia3') }),
  /** No training: the base model continues a prompt, and the label words' logits at that place are compared. */
  v.strictObject({
    kind: v.literal('prompting'),
    /** Solved examples in front of the question; 0 is zero-shot. */
    shots: integer(0, MAX_SHOTS, 'shots'),
    /** Stands in for the task's own where it isn't null; the text's place is `{text}`. */
    template: v.nullable(
      v.pipe(
        v.string(),
        v.maxLength(400, 'the prompt template has at most 400 characters'),
        v.check(
          (template) => template.split('{text}').length === 2,
          'the prompt template holds {text} once',
        ),
        v.check(
          // Half a character or a control character is no text, and a database refuses it.
          (template) => !/[^\P{Cc}\n\t]|\p{Cs}/u.test(template),
          'the prompt template holds a character that is no text',
        ),
      ),
    ),
  }),
]);
export type Method = v.InferOutput<typeof MethodSchema>;
export type MethodKind = Method['kind'];

/** In the order a chooser lists them. */
export const METHOD_KINDS = [
  'lora',
  'full',
  'head',
  'adapter',
  'prefix',
  'p-tuning-v2',
  'ia3',
  'prompting',
] as const satisfies readonly MethodKind[];

const DEFAULTS: { [K in MethodKind]: Extract<Method, { kind: K }> } = {
  full: { kind: 'full', frozenLayers: 0 },
  head: { kind: 'head' },
  lora: {
    kind: 'lora',
    rank: 8,
    alpha: 16,
    targets: [...LINEAR_MODULES],
    dropout: 0,
    scaling: 'standard',
    dora: false,
    plusRatio: 1,
  },
  adapter: { kind: 'adapter', placement: 'pfeiffer', reduction: 8 },
  prefix: { kind: 'prefix', length: 8, hidden: 128 },
  'p-tuning-v2': { kind: 'p-tuning-v2', length: 8 },
  ia3: { kind: 'ia3' },
  prompting: { kind: 'prompting', shots: 0, template: null },
};

/** A method with every knob at its default. */
export function defaultMethod<K extends MethodKind>(kind: K): Extract<Method, { kind: K }> {
  return structuredClone(DEFAULTS[kind]);
}
