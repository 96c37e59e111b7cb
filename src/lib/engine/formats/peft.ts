/**
 * `adapter_config.json`, which stands beside an artifact's `adapter_model.safetensors` where Python `peft` can load
 * it: LoRA and its variants, IA³, and prefixes. Prefix tuning is exported without its MLP, as P-Tuning v2, which
 * `peft` calls PREFIX_TUNING as well. Field names and defaults are those of peft 0.21.
 *
 * An adapter that was trained on a quantised base belongs on a base quantised alike, which no field here can say:
 * whoever hands out the config has to.
 */
import * as v from 'valibot';
import { IA3_INPUTS, IA3_OUTPUTS } from '../methods/ia3.ts';
import type { LlamaConfig } from '../model/config.ts';
import { ArtifactError } from './artifact.ts';
import {
  defaultMethod,
  LINEAR_MODULES,
  MethodSchema,
  type LinearModule,
  type Method,
} from './recipe.ts';

/** Name of the file beside the tensors. */
export const PEFT_CONFIG = 'adapter_config.json';

/** Whether Python `peft` has the method. */
export function isPeftMethod({ kind }: Method): boolean {
  return kind === 'lora' || kind === 'ia3' || kind === 'prefix' || kind === 'p-tuning-v2';
}

/**
 * @param method as it was trained
 * @param base name or path that peft shows as the base model
 * @throws {RangeError} where {@link isPeftMethod} says no
 */
export function peftConfig(
  { layers, keyValueHeads, headSize }: LlamaConfig,
  method: Method,
  base: string,
): Record<string, unknown> {
  const shared = { task_type: 'SEQ_CLS', base_model_name_or_path: base, inference_mode: true };
  switch (method.kind) {
    case 'lora':
      return {
        peft_type: 'LORA',
        ...shared,
        r: method.rank,
        lora_alpha: method.alpha,
        lora_dropout: method.dropout,
        bias: 'none',
        target_modules: method.targets,
        modules_to_save: ['score'],
        fan_in_fan_out: false,
        use_rslora: method.scaling === 'rank-stabilised',
        use_dora: method.dora,
      };
    case 'ia3':
      return {
        peft_type: 'IA3',
        ...shared,
        target_modules: [...IA3_OUTPUTS, ...IA3_INPUTS],
        feedforward_modules: [...IA3_INPUTS],
        modules_to_save: ['score'],
        fan_in_fan_out: false,
      };
    case 'prefix':
    case 'p-tuning-v2':
      return {
        peft_type: 'PREFIX_TUNING',
        ...shared,
        num_virtual_tokens: method.length,
        // peft counts key and value heads here.
        token_dim: keyValueHeads * headSize,
        num_attention_heads: keyValueHeads,
        num_layers: layers,
        num_transformer_submodules: 1,
        prefix_projection: false,
      };
    case 'full':
    case 'head':
    case 'adapter':
    case 'prompting':
      throw new RangeError(`peft has no ${method.kind}`);
  }
}

const modules = (name: string) =>
  v.array(v.picklist(LINEAR_MODULES, `${name} holds a module that is not a linear one`), name);

/** A number whose absence is named as well as its wrong type. */
const needed = (reason: string) =>
  v.pipe(
    v.optional(v.unknown(), null),
    v.check((value) => typeof value === 'number', reason),
    v.transform(Number),
  );

/** Ranks or scales by module, which a recipe has not. */
const noPattern = (name: string) =>
  v.optional(
    v.nullable(
      v.pipe(
        v.record(v.string(), v.unknown(), `${name} is no object`),
        v.check(
          (pattern) => Object.keys(pattern).length === 0,
          `${name} gives single modules their own: one for all is read`,
        ),
      ),
    ),
  );

const LoraSchema = v.object({
  peft_type: v.literal('LORA'),
  r: needed('there is no r, so peft would take 8 and load factors of no other rank'),
  lora_alpha: needed('there is no lora_alpha, so peft would take 8'),
  lora_dropout: v.optional(v.number(), 0),
  target_modules: modules('target_modules'),
  use_rslora: v.optional(v.boolean(), false),
  use_dora: v.optional(v.boolean(), false),
  rank_pattern: noPattern('rank_pattern'),
  alpha_pattern: noPattern('alpha_pattern'),
  init_lora_weights: v.optional(
    v.union(
      [v.boolean(), v.literal('gaussian')],
      'init_lora_weights is neither true, false nor gaussian: any other changes the base itself, or may',
    ),
  ),
});
const Ia3Schema = v.object({
  peft_type: v.literal('IA3'),
  target_modules: modules('target_modules'),
  feedforward_modules: modules('feedforward_modules'),
});
const PrefixSchema = v.object({
  peft_type: v.literal('PREFIX_TUNING'),
  num_virtual_tokens: needed('there is no num_virtual_tokens'),
  prefix_projection: v.optional(
    v.literal(false, 'prefix_projection is true: only a prefix whose MLP is folded away is read'),
    false,
  ),
});
const ConfigSchema = v.variant(
  'peft_type',
  [LoraSchema, Ia3Schema, PrefixSchema],
  'peft_type is none of LORA, IA3 and PREFIX_TUNING',
);

/**
 * The method that an adapter of `peft` was made by, as its artifact holds it. What a config does not say
 * of training (LoRA+'s ratio) has its default.
 * @throws {ArtifactError} naming the field
 */
export function peftMethod(json: unknown): Method {
  const parsed = v.safeParse(ConfigSchema, json, { abortEarly: true });
  if (!parsed.success) throw new ArtifactError(`${PEFT_CONFIG}: ${parsed.issues[0].message}.`);
  const method = v.safeParse(MethodSchema, methodOf(parsed.output), { abortEarly: true });
  if (!method.success) throw new ArtifactError(`${PEFT_CONFIG}: ${method.issues[0].message}.`);
  return method.output;
}

function methodOf(config: v.InferOutput<typeof ConfigSchema>): Method {
  switch (config.peft_type) {
    case 'LORA':
      return {
        ...defaultMethod('lora'),
        rank: config.r,
        alpha: config.lora_alpha,
        dropout: config.lora_dropout,
        targets: config.target_modules,
        scaling: config.use_rslora ? 'rank-stabilised' : 'standard',
        dora: config.use_dora,
      };
    case 'IA3': {
      const usual =
        sameModules(config.target_modules, [...IA3_OUTPUTS, ...IA3_INPUTS]) &&
        sameModules(config.feedforward_modules, IA3_INPUTS);
      if (usual) return defaultMethod('ia3');
      throw new ArtifactError(
        `${PEFT_CONFIG}: IA³ is read on ${IA3_OUTPUTS.join(', ')} and ${IA3_INPUTS.join(', ')} alone.`,
      );
    }
    case 'PREFIX_TUNING':
      return { kind: 'p-tuning-v2', length: config.num_virtual_tokens };
  }
}

function sameModules(a: readonly LinearModule[], b: readonly LinearModule[]): boolean {
  return a.length === b.length && b.every((module) => a.includes(module));
}
