/**
 * A recorded run: what the engine computed of one text, shipped so that there is something real to see before the
 * weights arrive. `npm run record:explorer` makes it from the shipped checkpoints.
 */
import * as v from 'valibot';
import type { Inspection } from '../../engine/inspect/inspector.ts';

const RecordedSchema = v.object({
  text: v.string(),
  tokens: v.array(
    v.object({
      id: v.number(),
      text: v.string(),
      next: v.array(v.object({ text: v.string(), probability: v.number() })),
    }),
  ),
  values: v.record(v.string(), v.object({ shape: v.array(v.number()), data: v.array(v.number()) })),
});
export type RecordedFile = v.InferOutput<typeof RecordedSchema>;

export interface Recorded extends Inspection {
  text: string;
}

/** Under `static/`. */
export const recordedPath = (base: string) => `/explorer/${base}.json`;

/** Significant digits that are kept of each value. */
const DIGITS = 4;

/** The residual stream, the final hidden states and the attention: what is drawn of a run before anything is opened. */
export function recordOf(text: string, { tokens, values }: Inspection): RecordedFile {
  const short = (value: number) => Number(value.toPrecision(DIGITS));
  return {
    text,
    tokens: tokens.map(({ next, ...token }) => ({
      ...token,
      next: next.map((one) => ({ ...one, probability: short(one.probability) })),
    })),
    values: Object.fromEntries(
      [...values]
        .filter(([name]) => /^residual\.|^hidden$|\.attention$/.test(name))
        .map(([name, { shape, data }]) => [
          name,
          { shape: [...shape], data: Array.from(data, short) },
        ]),
    ),
  };
}

/** @throws {v.ValiError} */
export function readRecorded(json: unknown): Recorded {
  const { text, tokens, values } = v.parse(RecordedSchema, json);
  const read = Object.entries(values).map(
    ([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }] as const,
  );
  return { text, tokens, cut: false, values: new Map(read) };
}
