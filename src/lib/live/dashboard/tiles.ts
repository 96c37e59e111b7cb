/** What a host's dashboard says of each student, and which of them it shows in which order. Pure. */
import { DIAGNOSES, type Diagnosis } from '../../lab/diagnosis.ts';
import { boardOf } from '../board.ts';
import type { Preflight, Progress } from '../protocol.ts';
import { seated, type SessionState } from '../session.ts';

export const STATES = [
  'getting-ready',
  'ready',
  'training',
  'finished',
  'stopped',
  'failed',
] as const;
export type TileState = (typeof STATES)[number];

export const FLAGS = ['needs-help', ...DIAGNOSES, 'away'] as const;
export type Flag = 'needs-help' | Diagnosis | 'away';

export interface Tile {
  id: string;
  nickname: string;
  /** What the class reads in the nickname's place; null while it reads the nickname. */
  alias: string | null;
  /** 1-based, in the order of joining. */
  place: number;
  state: TileState;
  /** In the order of {@link FLAGS}. */
  flags: readonly Flag[];
  run: Progress | null;
  device: Preflight | null;
  /** Of the run's steps, 0–1. */
  done: number;
  /** Best verified accuracy of this round, 0–1. */
  score: number | null;
}

export interface ClassTelemetry {
  progress: Readonly<Record<string, Progress>>;
  preflight: Readonly<Record<string, Preflight>>;
  present: ReadonlySet<string>;
  /** Who has a hand up. */
  hands: ReadonlySet<string>;
  /** What the class reads, by participant id. */
  aliases: Readonly<Record<string, string>>;
}

/** By participant id: the accuracy of their verified row on the board. */
export function scoresOf(session: SessionState): ReadonlyMap<string, number> {
  return new Map(
    boardOf(session).flatMap(({ participantId, status, accuracy }) =>
      status === 'verified' && accuracy !== null ? [[participantId, accuracy] as const] : [],
    ),
  );
}

/** In the order of joining. @param scores see {@link scoresOf} */
export function tilesOf(
  session: SessionState,
  scores: ReadonlyMap<string, number>,
  telemetry: ClassTelemetry,
): Tile[] {
  return seated(session)
    .sort((a, b) => a.joinedAt - b.joinedAt)
    .map(({ id, nickname }, index) => {
      const run = telemetry.progress[id] ?? null;
      const device = telemetry.preflight[id] ?? null;
      return {
        id,
        nickname,
        alias: telemetry.aliases[id] ?? null,
        place: index + 1,
        state: stateOf(run, device),
        flags: flagsOf(id, run, telemetry),
        run,
        device,
        done: run ? run.step / run.steps : 0,
        score: scores.get(id) ?? null,
      };
    });
}

function stateOf(run: Progress | null, device: Preflight | null): TileState {
  if (run === null) return device ? 'ready' : 'getting-ready';
  return run.state === 'running' ? 'training' : run.state;
}

function flagsOf(id: string, run: Progress | null, { hands, present }: ClassTelemetry): Flag[] {
  return FLAGS.filter((flag) => {
    if (flag === 'needs-help') return hands.has(id);
    if (flag === 'away') return !present.has(id);
    return run?.diagnosis === flag;
  });
}

export const SORTS = ['attention', 'score', 'progress', 'name', 'joined'] as const;
export type Sort = (typeof SORTS)[number];

/** A raised hand first; then what a word of the host can mend; then who may only have left the room. */
const URGENCY: readonly ((tile: Tile) => boolean)[] = [
  ({ flags }) => flags.includes('needs-help'),
  ({ flags, state }) => flags.includes('diverged') || state === 'failed',
  ({ flags }) => flags.includes('over-fitted') || flags.includes('stalled'),
  ({ flags }) => flags.includes('away'),
];

/** 0 for who needs the host most. */
function urgency(tile: Tile): number {
  const found = URGENCY.findIndex((applies) => applies(tile));
  return found === -1 ? URGENCY.length : found;
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

const COMPARE: Record<Sort, (a: Tile, b: Tile) => number> = {
  attention: (a, b) => urgency(a) - urgency(b),
  score: (a, b) => (b.score ?? -1) - (a.score ?? -1),
  progress: (a, b) => b.done - a.done,
  name: (a, b) => collator.compare(a.nickname, b.nickname),
  joined: () => 0,
};

/** Equal ones stay in the order of joining. */
export function sorted(tiles: readonly Tile[], by: Sort): Tile[] {
  return [...tiles].sort((a, b) => COMPARE[by](a, b) || a.place - b.place);
}

export interface Filter {
  flag: Flag | null;
  state: TileState | null;
  /** Part of a nickname or a pseudonym, in any case. */
  name: string;
}

export const NO_FILTER: Filter = { flag: null, state: null, name: '' };

export function filtered(tiles: readonly Tile[], { flag, state, name }: Filter): Tile[] {
  const wanted = name.trim().toLocaleLowerCase('en');
  return tiles.filter(
    (tile) =>
      (flag === null || tile.flags.includes(flag)) &&
      (state === null || tile.state === state) &&
      `${tile.nickname} ${tile.alias ?? ''}`.toLocaleLowerCase('en').includes(wanted),
  );
}

/**
 * The order on screen while somebody reads or walks through it: as it was, with whoever is new at the end and without
 * whoever is gone. Tiles that move under a pointer are pressed by mistake.
 * @param held ids in the order that is on screen
 */
export function inHeldOrder(tiles: readonly Tile[], held: readonly string[]): Tile[] {
  const place = new Map(held.map((id, index) => [id, index]));
  return [...tiles].sort(
    (a, b) => (place.get(a.id) ?? Infinity) - (place.get(b.id) ?? Infinity) || 0,
  );
}
