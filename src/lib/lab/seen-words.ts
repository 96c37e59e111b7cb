/**
 * What was seen of a GPU's memory, in words, beside what was counted of one training step: where they differ, the
 * difference is taken apart as far as it is known.
 */
import type { OtherSession, OtherSessions } from '../engine/train/count.ts';
import type { BackendChoice, SeenMemory } from '../engine/train/events.ts';
import { formatBytes, formatShare } from '../ui/format.ts';

/** Share of the counted bytes below which a difference needs no words. */
const WORTH_EXPLAINING = 0.1;
/** Share of the seen bytes below which a part is not named. */
const WORTH_NAMING = 0.01;

const SESSIONS: Record<OtherSession, string> = {
  evaluation: 'evaluation',
  accumulation: "an update's first batches",
  general: 'the loss on general English',
};

/** Why nothing is seen, or what will be; null where it is seen already. */
export function describeUnseen(
  choice: BackendChoice | null,
  seen: SeenMemory | null,
): string | null {
  if (seen) return null;
  if (choice?.backend === 'wasm')
    return 'Counted only: on WASM a browser does not tell what was allocated.';
  if (choice?.backend === 'webgpu')
    return "Counted so far. What the GPU's buffers really take is seen during a run.";
  return null;
}

/**
 * One sentence or two on the difference; null where it is small.
 * @param counted bytes of a training step, of all categories
 * @param others counted of the run's other sessions
 */
export function explainDifference(
  counted: number,
  seen: SeenMemory,
  others: OtherSessions,
): string | null {
  const difference = seen.peak - counted;
  if (Math.abs(difference) <= WORTH_EXPLAINING * counted) return null;
  if (difference < 0)
    return `Seen is ${formatBytes(-difference)} less than counted: ONNX Runtime joins operations and writes results over what is no longer needed, which counting leaves out.`;

  const { staging, uniforms } = seen.atPeak;
  const transfers = staging + uniforms;
  const named: [number, string][] = [
    [
      others.weights,
      'the weights once more, since evaluation and whatever else is no training step has sessions of its own',
    ],
    [transfers, 'numbers on their way to the GPU or back'],
  ];
  const parts = named.filter(([bytes]) => bytes >= WORTH_NAMING * seen.peak);
  const known = parts.reduce((sum, [bytes]) => sum + bytes, 0);
  const rest = difference - known;
  const list = parts.map(([bytes, what]) => `${formatBytes(bytes)} are ${what}`);
  if (rest >= WORTH_NAMING * seen.peak)
    list.push(
      `${list.length > 0 ? 'the other ' : ''}${formatBytes(rest)} are ONNX Runtime's pool, which rounds most buffers up to powers of two and keeps freed ones${others.largest ? `, those of ${SESSIONS[others.largest]} (${formatBytes(others.activations)} counted) among them` : ''}`,
    );
  return `Seen is ${formatBytes(difference)} more than counted (${formatShare(difference / counted)}): ${joined(list)}.`;
}

function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')}; ${parts.at(-1)!}`;
}
