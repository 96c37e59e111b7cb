import * as v from 'valibot';
import { expect, it } from 'vitest';
import type { LossHistory } from '../loss-history.ts';
import { ProjectorViewSchema } from '../projector.ts';
import { initialSession, reduceSession } from '../session.ts';
import { affected, moved, pickCurves, viewOf, withCurve } from './curves.ts';
import { progressOf, SEATS } from './testing.ts';
import { tilesOf } from './tiles.ts';

const session = SEATS.reduce(
  (state, event, index) => reduceSession(state, { seq: index + 1, event }),
  initialSession('ABC234', 'Class'),
);
const stalled = progressOf({ diagnosis: 'stalled' });
const tiles = tilesOf(session, new Map(), {
  progress: { ada: stalled, bob: progressOf(), cleo: stalled, dora: stalled },
  preflight: {},
  present: new Set(),
  hands: new Set(),
  aliases: {},
});
const curve = (length: number) => ({
  runId: 'r',
  points: Array.from({ length }, (_, x) => ({ x, y: 2.48491 / (x + 1) })),
  validation: [],
});
const LOSSES: LossHistory = { ada: curve(120), bob: curve(9), cleo: curve(1), dora: curve(30) };

it('selects the curves of the runs that show a problem, as far as the page has seen them (H-10)', () => {
  expect(affected(tiles, 'stalled').map(({ id }) => id)).toEqual(['ada', 'cleo', 'dora']);
  expect(pickCurves(tiles, 'stalled', LOSSES)).toEqual(['ada', 'dora']);
  expect(pickCurves(tiles, 'diverged', LOSSES)).toEqual([]);
});

it('orders and completes the selection (H-10)', () => {
  const picked = ['ada', 'dora'];
  expect(moved(picked, 1, -1)).toEqual(['dora', 'ada']);
  expect(moved(picked, 1, 1)).toBe(picked);
  expect(withCurve(picked, 'bob', LOSSES)).toEqual(['ada', 'dora', 'bob']);
  expect(withCurve(picked, 'ada', LOSSES)).toBe(picked);
  expect(withCurve(picked, 'cleo', LOSSES)).toBe(picked);
  const full = ['1', '2', '3', '4', '5', '6'];
  expect(withCurve(full, 'bob', LOSSES)).toBe(full);
});

it('sends points that fit the protocol, rounded, and no name (H-11)', () => {
  const view = viewOf(['dora', 'ada', 'cleo'], 'Runs that stalled', LOSSES)!;
  expect(v.parse(ProjectorViewSchema, view)).toEqual(view);
  expect(view.curves.map(({ points }) => points.length)).toEqual([30, 60]);
  expect(view.curves[0]?.points[1]).toEqual([1, 1.24]);
  expect(JSON.stringify(view)).not.toMatch(/ada|dora/i);
  expect(viewOf(['cleo'], 'Nothing', LOSSES)).toBeNull();
});
