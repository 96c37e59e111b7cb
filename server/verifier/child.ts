/** Entry of the verifier process: waits for jobs from the server that forked it, and ends with it. */
import { Worker } from 'node:worker_threads';
import { createScorer } from './engine.ts';
import type { FromChild, ToChild } from './messages.ts';

let scorer: ReturnType<typeof createScorer> | null = null;

const answer = (message: FromChild): void => void process.send?.(message);

process.on('disconnect', () => process.exit(0));
// A terminal's Ctrl+C reaches the whole group; the server decides when this process ends.
process.on('SIGINT', () => {});

process.on('message', (message: ToChild) => {
  if (message.type === 'start') {
    watchMemory(message.maxRss);
    scorer = createScorer(message.secret, message.threads);
    // Reported with the job that needs it; the server then replaces this process.
    scorer.catch(() => {});
    return;
  }
  void (async () => {
    try {
      if (!scorer) throw new Error('a job came before the start');
      answer({ type: 'outcome', outcome: await (await scorer)(message) });
    } catch (error) {
      answer({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  })();
});

/** Built, the watchdog lies beside this file under its own name. */
function watchMemory(maxRss: number): void {
  const file = import.meta.url.endsWith('.ts') ? './watchdog.mjs' : './verifier-watchdog.js';
  const watchdog = new Worker(new URL(file, import.meta.url), { workerData: { maxRss } });
  // Without its watchdog the process may not go on.
  watchdog.once('error', (error) => {
    process.stderr.write(`the memory watchdog failed: ${error.message}\n`);
    process.exit(1);
  });
  watchdog.unref();
}
