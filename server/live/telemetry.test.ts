import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withChanges, withPresence } from '../../src/lib/live/class-changes.ts';
import { progressOf } from '../../src/lib/live/dashboard/testing.ts';
import type { Progress } from '../../src/lib/live/protocol.ts';
import { SEND_INTERVAL, Telemetry, type Watcher } from './telemetry.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('sends nothing while an earlier sending is on its way, and loses nothing by it (T-8)', async () => {
  let ready = true;
  let held: Record<string, Progress> = {};
  let here: ReadonlySet<string> = new Set();
  let sendings = 0;
  const watcher: Watcher = {
    ready: () => ready,
    progress: (changes) => {
      sendings += 1;
      held = withChanges(held, changes);
    },
    preflight: () => {},
    present: (change) => (here = withPresence(here, change)),
  };
  let clock = 0;
  const telemetry = new Telemetry(() => clock);
  const unwatch = telemetry.watch(watcher);
  const settle = () => vi.advanceTimersByTimeAsync(4 * SEND_INTERVAL);
  ready = false;
  for (const step of [1, 2, 3]) {
    clock += 500;
    telemetry.update('ada', progressOf({ step }));
    telemetry.update('bob', progressOf({ step }));
  }
  telemetry.connected('ada');
  await settle();
  expect([sendings, held, here.size]).toEqual([1, {}, 0]);
  ready = true;
  await settle();
  expect(sendings).toBe(2);
  expect(held).toEqual({ ada: progressOf({ step: 3 }), bob: progressOf({ step: 3 }) });
  expect([...here]).toEqual(['ada']);
  unwatch();
  telemetry.disconnected('ada');
  await settle();
  expect([...here]).toEqual(['ada']);
  telemetry.close();
});
