import { expect, it } from 'vitest';
import { METHODS_REPORT } from '../../measurements/methods.ts';
import { publishedSet } from '../../measurements/published.ts';
import { plotLayout } from './layout.ts';
import { publishedPoints, shippedPoints, type PlotPoint } from './points.ts';
import { defaultState, type ExplorerState } from './state.ts';
import { compareSummary } from './words.ts';

const FRAME = { width: 900, height: 460, margin: { top: 28, right: 20, bottom: 46, left: 58 } };
function summary(points: readonly PlotPoint[], change: Partial<ExplorerState>): string {
  const state = { ...defaultState(), ...change };
  return compareSummary(state, plotLayout(points, { ...state, chosen: null }, FRAME), null);
}

it('says why nothing is shown: no source, none with both figures, or none of the task (N-15)', () => {
  const glue = publishedPoints(publishedSet('roberta-glue'));
  expect(summary([], { sources: ['class'] })).toMatch(/Nothing is shown: choose a source\.$/);
  expect(summary(glue, { sources: ['published'], x: 'bytes' })).toMatch(
    /Nothing is shown: no point of the chosen sources has both figures\.$/,
  );
  expect(summary([], { sources: ['own'] })).toMatch(
    /Nothing is shown: the chosen sources have no point of this task\.$/,
  );
  const shipped = shippedPoints(METHODS_REPORT, defaultState().task);
  expect(summary(shipped, { sources: ['shipped'] })).not.toContain('Nothing is shown');
});
