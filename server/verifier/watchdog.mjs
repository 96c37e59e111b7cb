/**
 * Ends the verifier process when it holds more memory than it may. Runs on a thread of its own, because
 * native code can keep the main one busy, and asks Node for the resident set, which every platform knows.
 * What it bounds is the whole process, sampled: V8's heap, tensors and ONNX Runtime's arenas alike.
 * Plain JavaScript, because a thread of a process that tsx runs does not read TypeScript.
 */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/** In ms. */
const INTERVAL = 50;

/** @type {{ maxRss: number }} bytes */
const { maxRss } = workerData;
const mebibytes = (/** @type {number} */ bytes) => Math.round(bytes / 2 ** 20);

setInterval(() => {
  const rss = process.memoryUsage.rss();
  if (rss <= maxRss) return;
  // Written at once: the process has no moment left to flush anything. The server reports the job as failed.
  writeSync(
    2,
    `the verifier process held ${mebibytes(rss)} MiB of memory, more than ${mebibytes(maxRss)}\n`,
  );
  process.kill(process.pid, 'SIGKILL');
}, INTERVAL);
