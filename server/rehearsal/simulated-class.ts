/** The students of one rehearsal, from their arrival until they are dismissed. */
import { setMaxListeners } from 'node:events';
import { randomStream } from '../../src/lib/engine/data/random.ts';
import type { Logger } from '../log.ts';
import { makeCharacters } from './characters.ts';
import { Errands } from './errands.ts';
import { SimulatedStudent, type Class } from './simulated-student.ts';

export interface ClassOptions extends Class {
  seed: number;
  /** By which waits are multiplied: 1 in a rehearsal, less in a test. */
  pace: number;
  log: Logger;
}

/** @returns sends everybody home; resolves when the last connection and upload has ended */
export function startClass({ seed, pace, log, ...ofClass }: ClassOptions): () => Promise<void> {
  const end = new AbortController();
  // Every wait of everybody listens to it.
  setMaxListeners(0, end.signal);
  const everybody = makeCharacters(seed).map((character) => {
    const { nickname } = character;
    const errands = new Errands(end.signal, pace, (error) =>
      log.warn({ error, nickname }, 'a simulated student stumbled'),
    );
    const random = randomStream(seed, `life of ${nickname}`);
    const student = new SimulatedStudent(character, ofClass, random, errands);
    return { errands, life: errands.run(() => student.live()) };
  });
  return async () => {
    end.abort();
    for (const { errands, life } of everybody) {
      await life;
      await errands.done();
    }
  };
}
