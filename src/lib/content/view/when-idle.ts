/** What can wait, one thing after the other. */

const waiting: { act: () => void; signal: AbortSignal }[] = [];

/** Acts once, when the browser has nothing else to do: in the order of the calls, and between two of them it may breathe. */
export function whenIdle(act: () => void, signal: AbortSignal): void {
  waiting.push({ act, signal });
  if (waiting.length === 1) schedule();
}

function schedule(): void {
  // Safari has no idle time to offer.
  if ('requestIdleCallback' in globalThis) requestIdleCallback(next);
  else setTimeout(next);
}

function next(): void {
  const { act, signal } = waiting[0]!;
  try {
    if (!signal.aborted) act();
  } finally {
    waiting.shift();
    if (waiting.length > 0) schedule();
  }
}
