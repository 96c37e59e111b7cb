/** What a run made the model forget, in words: its loss on general English before and after. */
import type { RunResult } from '../engine/train/events.ts';
import { formatFixed } from '../ui/format.ts';

/** Runs of older versions did not measure it. */
type General = RunResult['general'] | undefined;

/** Less than this, in nats per token, is no difference that one would notice. */
const NOTHING = 0.005;
/** From here on the model is another one: each token is a tenth harder to foresee. */
const MUCH = 0.1;

/** Nats per token that the loss rose by, signed: `+0.42`; `–` where it was not measured. */
export function formatForgetting(general: General): string {
  if (!general) return formatFixed(null);
  const rise = general.after - general.before;
  const digits = formatFixed(Math.abs(rise), 2);
  return `${Number(digits) === 0 ? '±' : rise > 0 ? '+' : '−'}${digits}`;
}

/** @returns null where it was not measured */
export function describeForgetting(general: General): string | null {
  if (!general) return null;
  const { before, after } = general;
  const rise = after - before;
  const figures = `General English: ${formatFixed(before, 2)} → ${formatFixed(after, 2)} nats per token`;
  if (Math.abs(rise) < NOTHING) return `${figures}: it forgot nothing.`;
  if (rise < 0) return `${figures}: it forgot nothing, and reads it a little better than before.`;
  const factor = Math.exp(rise);
  const perplexity = `its perplexity there is ${formatFixed(factor, factor < 10 ? 2 : 0)} times what it was`;
  return `${figures}: it forgot${rise < MUCH ? ' a little' : ''}; ${perplexity}.`;
}
