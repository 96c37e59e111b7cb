import { describe, expect, it } from 'vitest';
import { settle } from './settle.ts';
import { defaultState } from './state.ts';

const here = {
  tasks: [defaultState().task, 'spam'],
  pointsOf: ({ task }: { task: string }) => [`shipped:${task}`],
};

describe('what an address of the techniques explorer names and is not here (N-14)', () => {
  it('is left as it is where it is here', () => {
    const state = { ...defaultState(), task: 'spam', point: 'shipped:spam' };
    expect(settle(state, here)).toEqual({ state, problems: [] });
  });

  it('is named: a task that nothing was trained on, and a point', () => {
    const { state, problems } = settle(
      { ...defaultState(), task: 'zzz', point: 'shipped:zzz' },
      here,
    );
    expect(state).toEqual(defaultState());
    expect(problems).toEqual([
      'task=zzz is not used: there is no result of it here. It is definition-domain here.',
      'point=shipped:zzz is not used: there is no such point here.',
    ]);
  });
});
