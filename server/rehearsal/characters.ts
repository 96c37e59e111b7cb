/** The twenty students of a rehearsal: who is late, whose connection drops, whose run goes wrong. Made once, from a seed. */
import { randomStream, type Random } from '../../src/lib/engine/data/random.ts';
import type { Preflight } from '../../src/lib/live/protocol.ts';
import type { Trait } from './recordings.ts';

export interface Character {
  nickname: string;
  transport: 'polling' | 'websocket';
  /** Comes so long after the rehearsal began, in ms. */
  arrivesAfter: number;
  device: Pick<Preflight, 'backend' | 'threads'>;
  /** How long a run of 300 steps takes to be played, in ms. */
  usualRun: number;
  /** What the first run of a round is to show; every later one is ordinary. */
  firstRun: Trait;
  runsPerRound: number;
  shares: boolean;
  raisesHand: boolean;
  /** The connection drops once in a round, while a run goes on. */
  drops: boolean;
}

const NAMES = [
  'Ada',
  'Ben',
  'Chloe',
  'David',
  'Elif',
  'Femi',
  'Grace',
  'Hugo',
  'Ines',
  'Jonas',
  'Kaya',
  'Liam',
  'Mei',
  'Nora',
  'Omar',
  'Priya',
  'Rosa',
  'Sofia',
  'Tomas',
  'Zoe',
] as const;
export const STUDENTS = NAMES.length;

/** The mark that a tile, a board and an export show with each name. */
const MARK = 'Simulated';

/** By place among the twenty, so that each happens in every rehearsal; the rest is drawn. */
const PLACES = {
  diverged: [4],
  'over-fitted': [11],
  stalled: [7],
  late: [13, 18],
  drops: [2, 9],
  polling: [1, 5, 8, 14, 17],
  handsUp: [3, 7, 16],
  phone: [6],
} as const;

/** @param seed the same seed makes the same students */
export function makeCharacters(seed: number): Character[] {
  return NAMES.map((name, place) => makeCharacter(name, place, randomStream(seed, name)));
}

function makeCharacter(name: string, place: number, random: Random): Character {
  const among = (places: readonly number[]) => places.includes(place);
  const between = (least: number, most: number) => least + random.uniform() * (most - least);
  return {
    nickname: `${MARK} ${name}`,
    transport: among(PLACES.polling) ? 'polling' : 'websocket',
    arrivesAfter: among(PLACES.late) ? between(18_000, 26_000) : between(200, 6000),
    device: deviceOf(place, random),
    usualRun: among(PLACES.phone) ? 40_000 : between(12_000, 28_000),
    firstRun: traitOf(place),
    runsPerRound: 1 + random.integer(3),
    shares: random.uniform() < 0.5,
    raisesHand: among(PLACES.handsUp),
    drops: among(PLACES.drops),
  };
}

function traitOf(place: number): Trait {
  const special = (['diverged', 'over-fitted', 'stalled'] as const).find((trait) =>
    (PLACES[trait] as readonly number[]).includes(place),
  );
  return special ?? 'ordinary';
}

function deviceOf(place: number, random: Random): Character['device'] {
  if ((PLACES.phone as readonly number[]).includes(place)) return { backend: 'wasm', threads: 1 };
  return random.uniform() < 0.3
    ? { backend: 'webgpu', threads: 1 }
    : { backend: 'wasm', threads: 2 + 2 * random.integer(4) };
}
