/**
 * Doubles the width of a Llama-type model without changing what it computes (Net2Net, Chen et al. 2016,
 * arXiv:1511.05641; for transformers bert2BERT, Chen et al. 2022, arXiv:2110.07143), so that a wider model can go
 * on training from a narrower one's checkpoint.
 *
 * Every activation h becomes [h; h]: the residual stream, the heads (each as a whole, so that RoPE is untouched)
 * and the inside of the MLP. The root mean square of [h; h] is that of h, so norm gains are repeated. A linear
 * module's matrix W reads either half of its input: each copy of its output gets [A, W − A] with an A of its own,
 * W/2 and noise, and A·h + (W − A)·h = W·h. The noise is what tells the copies apart: without it they would get
 * equal gradients for ever.
 */
import { randomStream } from '../../src/lib/engine/data/random.ts';
import type { NamedTensor } from '../../src/lib/engine/formats/safetensors.ts';
import {
  checkpointTensors,
  FINAL_NORM,
  type LlamaConfig,
} from '../../src/lib/engine/model/config.ts';

/** Standard deviation of the noise, as a share of the matrix's own. */
const NOISE = 0.5;

/** The configuration of twice the width; the size of a head, the layers and the vocabulary stay. */
export function doubledConfig(config: LlamaConfig): LlamaConfig {
  return {
    ...config,
    hiddenSize: 2 * config.hiddenSize,
    intermediateSize: 2 * config.intermediateSize,
    heads: 2 * config.heads,
    keyValueHeads: 2 * config.keyValueHeads,
  };
}

/**
 * @param weights every tensor of the checkpoint that `config` describes
 * @returns the checkpoint of {@link doubledConfig}, whose logits are the same up to rounding
 * @throws when a tensor is missing, or when the embeddings are not tied
 */
export function doubleWidth(
  config: LlamaConfig,
  weights: ReadonlyMap<string, NamedTensor>,
  seed: number,
): Map<string, NamedTensor> {
  if (!config.tiedEmbeddings) throw new Error('only models with tied embeddings can be grown');
  return new Map(
    checkpointTensors(config).map(({ name, shape, linear }) => {
      const tensor = weights.get(name);
      if (!tensor) throw new Error(`the checkpoint lacks ${name}`);
      if (linear) return [name, split(tensor, seed, name)];
      // The embedding's rows [e, e] also read the final state, as the head: there they would count it twice.
      const factor = name === FINAL_NORM ? 0.5 : 1;
      return [name, repeated(tensor, shape.length === 1 ? 1 : shape[0]!, factor)];
    }),
  );
}

/** [rows, n] to [rows, 2n] with each row twice, scaled; a vector [n] has one row. */
function repeated({ shape, data }: NamedTensor, rows: number, factor: number): NamedTensor {
  const width = data.length / rows;
  const out = new Float32Array(2 * data.length);
  for (let row = 0; row < rows; row++) {
    const values = data.subarray(row * width, (row + 1) * width).map((value) => factor * value);
    out.set(values, 2 * row * width);
    out.set(values, (2 * row + 1) * width);
  }
  return { shape: [...shape.slice(0, -1), 2 * shape.at(-1)!], data: out };
}

/** W [out, in] to [[A, W − A], [B, W − B]], [2·out, 2·in]. */
function split({ shape, data }: NamedTensor, seed: number, name: string): NamedTensor {
  const [rows, columns] = shape as [number, number];
  const random = randomStream(seed, `grow/${name}`);
  const deviation = NOISE * standardDeviation(data);
  const out = new Float32Array(4 * data.length);
  for (let copy = 0; copy < 2; copy++)
    for (let row = 0; row < rows; row++) {
      const from = row * columns;
      const to = 2 * columns * (copy * rows + row);
      for (let column = 0; column < columns; column++) {
        const weight = data[from + column]!;
        const left = Math.fround(weight / 2 + deviation * random.normal());
        out[to + column] = left;
        out[to + columns + column] = weight - left;
      }
    }
  return { shape: [2 * rows, 2 * columns], data: out };
}

function standardDeviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
