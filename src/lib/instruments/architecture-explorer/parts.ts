/** The parts of the model that can be opened, and which tensors make each of them up. */
import { LINEAR_MODULES, type LinearModule } from '../../engine/formats/recipe.ts';
import { EMBEDDING, FINAL_NORM } from '../../engine/model/config.ts';

/** Inside a block; a block has those that its method puts there. */
export const BLOCK_PARTS = [
  'input_norm',
  ...LINEAR_MODULES,
  'attention',
  'post_norm',
  'prefix',
  'attention_adapter',
  'mlp_adapter',
] as const;
/** Outside the blocks. */
export const OUTER_PARTS = ['embedding', 'residual', 'final_norm', 'head', 'prefix_mlp'] as const;

export const PARTS = [...BLOCK_PARTS, ...OUTER_PARTS] as const;
export type Part = (typeof PARTS)[number];
export type BlockPart = (typeof BLOCK_PARTS)[number];

export const isBlockPart = (part: Part): part is BlockPart =>
  BLOCK_PARTS.some((known) => known === part);
export const isLinear = (part: Part): part is LinearModule =>
  LINEAR_MODULES.some((known) => known === part);

export interface Place {
  /** Null for tensors outside the blocks, and for those that lie in all of them. */
  layer: number | null;
  part: Part;
}

/** Where a tensor of the checkpoint or of an artifact belongs, by its name. */
export function placeOf(name: string): Place {
  if (name === EMBEDDING) return { layer: null, part: 'embedding' };
  if (name === FINAL_NORM) return { layer: null, part: 'final_norm' };
  if (name.endsWith('prompt_embeddings')) return { layer: null, part: 'prefix' };
  if (name.startsWith('prefix_encoder.')) return { layer: null, part: 'prefix_mlp' };
  const [, layer, rest = ''] = /model\.layers\.(\d+)\.(.+)$/.exec(name) ?? [];
  if (layer === undefined) return { layer: null, part: 'head' };
  return { layer: Number(layer), part: blockPart(rest) };
}

function blockPart(rest: string): BlockPart {
  if (rest.startsWith('input_layernorm')) return 'input_norm';
  if (rest.startsWith('post_attention_layernorm')) return 'post_norm';
  if (rest.startsWith('attention_adapters')) return 'attention_adapter';
  if (rest.startsWith('output_adapters')) return 'mlp_adapter';
  const module = LINEAR_MODULES.find((known) => rest.split('.').includes(known));
  if (module) return module;
  throw new Error(`${rest} is no part of a block that can be drawn`);
}

/** On the drawing, where a word must be short. */
export const PART_LABELS: Record<Part, string> = {
  input_norm: 'norm',
  q_proj: 'q',
  k_proj: 'k',
  v_proj: 'v',
  o_proj: 'o',
  gate_proj: 'gate',
  up_proj: 'up',
  down_proj: 'down',
  attention: 'attn',
  post_norm: 'norm',
  prefix: 'prefix',
  attention_adapter: 'adapter',
  mlp_adapter: 'adapter',
  embedding: 'embedding',
  residual: 'hidden states',
  final_norm: 'final norm',
  head: 'head',
  prefix_mlp: 'prefix MLP',
};

/** What each does, as the subject of a sentence. */
export const PART_NAMES: Record<Part, string> = {
  input_norm: 'The norm before attention',
  q_proj: 'The query matrix q',
  k_proj: 'The key matrix k',
  v_proj: 'The value matrix v',
  o_proj: 'The output matrix o of attention',
  gate_proj: 'The gate matrix of the MLP',
  up_proj: 'The up matrix of the MLP',
  down_proj: 'The down matrix of the MLP',
  attention: 'Attention',
  post_norm: 'The norm before the MLP',
  prefix: 'The prefix',
  attention_adapter: 'The adapter behind attention',
  mlp_adapter: 'The adapter behind the MLP',
  embedding: 'The embedding table',
  residual: 'The hidden states',
  final_norm: 'The final norm',
  head: 'The classification head',
  prefix_mlp: 'The MLP that makes the prefix',
};
