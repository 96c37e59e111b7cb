/** Reads a text with a base model and keeps every value on the way. */
import type { Quantisation } from '../formats/recipe.ts';
import type { BaseModel } from '../model/base-model.ts';
import type { Runtime, Session } from '../runtime/runtime.ts';
import { buildInspection, seen } from './graph.ts';

/** Tokens of a text that are read, the begin-of-sequence token included. */
export const INSPECTED_TOKENS = 32;
/** Likeliest next tokens that are kept for each position. */
const PREDICTIONS = 5;

export interface Values {
  shape: readonly number[];
  data: Float32Array;
}

export interface Prediction {
  text: string;
  /** 0–1, over the whole vocabulary. */
  probability: number;
}

export interface InspectedToken {
  id: number;
  text: string;
  /** What the model expects to come after it, the likeliest first. */
  next: Prediction[];
}

export interface Inspection {
  tokens: InspectedToken[];
  /** True when the text has more tokens than were read. */
  cut: boolean;
  /** By the names in {@link seen}, without the logits. T is the number of tokens. */
  values: Map<string, Values>;
}

export class Inspector {
  readonly #base: BaseModel;
  readonly #session: Session;

  private constructor(base: BaseModel, session: Session) {
    this.#base = base;
    this.#session = session;
  }

  /** One graph reads texts of every length up to the limit: padding on the right changes nothing before it. */
  static async create(
    runtime: Runtime,
    base: BaseModel,
    quantisation: Quantisation,
  ): Promise<Inspector> {
    const model = buildInspection(base, quantisation, INSPECTED_TOKENS);
    return new Inspector(base, await runtime.createSession(model));
  }

  async inspect(text: string): Promise<Inspection> {
    const { config, tokenizer } = this.#base;
    const all = tokenizer.encode(text);
    const ids = all.slice(0, INSPECTED_TOKENS);
    const padded = new Int32Array(INSPECTED_TOKENS).fill(config.padToken);
    padded.set(ids);
    const outputs = await this.#session.run({ ids: { data: padded, shape: [INSPECTED_TOKENS] } });
    const values = new Map<string, Values>();
    for (const [name, held] of Object.entries(outputs)) {
      const whole = { shape: [...held.shape], data: await held.read() };
      held.dispose();
      values.set(name, cropped(whole, ids.length));
    }
    const logits = values.get(seen.logits)!.data;
    values.delete(seen.logits);
    const { vocabSize } = config;
    const tokens = ids.map((id, position) => ({
      id,
      text: tokenizer.decode([id]),
      next: likeliest(logits.subarray(position * vocabSize, (position + 1) * vocabSize)).map(
        ({ index, probability }) => ({ text: tokenizer.decode([index]), probability }),
      ),
    }));
    return { tokens, cut: all.length > ids.length, values };
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

/** The real tokens' part: rows of a matrix [T', C], both axes of attention [1, h, T', T']. */
function cropped({ shape, data }: Values, length: number): Values {
  if (shape.length === 2) {
    const columns = shape[1]!;
    return { shape: [length, columns], data: data.slice(0, length * columns) };
  }
  const [, heads = 1, full = 1] = shape;
  const out = new Float32Array(heads * length * length);
  for (let head = 0; head < heads; head++)
    for (let row = 0; row < length; row++) {
      const from = (head * full + row) * full;
      out.set(data.subarray(from, from + length), (head * length + row) * length);
    }
  return { shape: [heads, length, length], data: out };
}

function likeliest(logits: Float32Array): { index: number; probability: number }[] {
  const largest = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  const total = logits.reduce((sum, value) => sum + Math.exp(value - largest), 0);
  return Array.from(logits, (value, index) => ({ index, value }))
    .sort((a, b) => b.value - a.value)
    .slice(0, PREDICTIONS)
    .map(({ index, value }) => ({ index, probability: Math.exp(value - largest) / total }));
}
