/** A base model: a frozen checkpoint in Hugging Face layout, loaded from any place that yields bytes. */
import { readSafetensors, writeSafetensors, type NamedTensor } from '../formats/safetensors.ts';
import { elements } from '../graph/dtype.ts';
import { same } from '../graph/graph.ts';
import { createTokenizer, type Tokenizer } from '../data/tokenizer.ts';
import { randomStream } from '../data/random.ts';
import { checkpointTensors, parseLlamaConfig, type LlamaConfig } from './config.ts';

export interface BaseModel {
  id: string;
  config: LlamaConfig;
  tokenizer: Tokenizer;
  /** Tensors of the checkpoint by name, float32. */
  weights: ReadonlyMap<string, NamedTensor>;
}

export const MODEL_FILES = ['config.json', 'tokenizer.json', 'model.safetensors'] as const;

/**
 * @param read yields one file of the model's folder
 * @throws when a tensor is missing or has another shape than the config says
 */
export async function loadBaseModel(
  id: string,
  read: (path: string) => Promise<Uint8Array>,
): Promise<BaseModel> {
  const [configFile, tokenizerFile, weightsFile] = await Promise.all(MODEL_FILES.map(read));
  const text = new TextDecoder();
  const config = parseLlamaConfig(JSON.parse(text.decode(configFile)));
  const weights = readSafetensors(weightsFile!);
  for (const { name, shape } of checkpointTensors(config)) {
    const tensor = weights.get(name);
    if (!tensor) throw new Error(`${id}: the checkpoint lacks ${name}`);
    if (!same(tensor.shape, shape))
      throw new Error(`${id}: ${name} is [${tensor.shape.join()}], not [${shape.join()}]`);
  }
  const tokenizer = createTokenizer(
    JSON.parse(text.decode(tokenizerFile)) as object,
    config.bosToken,
  );
  return { id, config, tokenizer, weights };
}

/** The same architecture before any training: normal weights, norm gains of one. */
export function withRandomWeights(base: BaseModel, seed: number): BaseModel {
  return { ...base, weights: randomWeights(base.config, seed) };
}

export function randomWeights(config: LlamaConfig, seed: number): Map<string, NamedTensor> {
  return new Map(
    checkpointTensors(config).map(({ name, shape }) => {
      const random = randomStream(seed, `base/${name}`);
      const data = new Float32Array(elements(shape));
      if (shape.length === 1) data.fill(1);
      else
        for (let i = 0; i < data.length; i++) data[i] = random.normal() * config.initializerRange;
      return [name, { shape, data }];
    }),
  );
}

/** The checkpoint as it is shipped: half precision. */
export function exportCheckpoint(
  weights: ReadonlyMap<string, NamedTensor>,
): Uint8Array<ArrayBuffer> {
  return writeSafetensors(weights, 'F16');
}
