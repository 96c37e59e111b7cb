/** The engine's counts, apart from the page. */
import { countAdaptation } from '../../measurements/adaptation-memory.ts';
import { FIT_METHODS } from '../../measurements/fit.ts';
import { LARGE_MODELS } from '../../measurements/large-models.ts';
import { compareMemory, PUBLISHED_MEMORY } from '../../measurements/published-memory.ts';
import type { CountAnswer, CountAsk } from './fit-counter.ts';

self.addEventListener('message', ({ data: ask }: MessageEvent<CountAsk>) => {
  try {
    if (ask === 'published') comparePublished();
    else countMethods(ask);
  } catch (error) {
    send({ failed: error instanceof Error ? error.message : String(error) });
  }
});

function countMethods({ model, step }: Exclude<CountAsk, string>): void {
  const { config } = LARGE_MODELS[model];
  for (const { id: method, adaptation } of FIT_METHODS)
    send({ method, count: countAdaptation(config, adaptation, step) });
}

function comparePublished(): void {
  for (const published of PUBLISHED_MEMORY) {
    const { counted, causes, remainder } = compareMemory(published);
    send({ published: published.id, comparison: { counted, causes, remainder } });
  }
}

function send(answer: CountAnswer): void {
  self.postMessage(answer);
}
