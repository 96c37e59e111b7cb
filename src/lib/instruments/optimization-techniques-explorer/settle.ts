/** What an address names of runs and boards, held against those that are here once they have been read. */
import { defaultState, type ExplorerState, type ReadState } from './state.ts';

export interface Held {
  tasks: readonly string[];
  /** Ids of the points of a state. */
  pointsOf: (state: ExplorerState) => readonly string[];
}

/** @returns the state without what is not here, and a sentence on each */
export function settle(state: ExplorerState, { tasks, pointsOf }: Held): ReadState {
  const problems: string[] = [];
  let settled = state;
  if (!tasks.includes(state.task)) {
    const { task } = defaultState();
    problems.push(
      `task=${state.task} is not used: there is no result of it here. It is ${task} here.`,
    );
    settled = { ...settled, task };
  }
  const { point } = settled;
  if (point !== null && !pointsOf(settled).includes(point)) {
    problems.push(`point=${point} is not used: there is no such point here.`);
    settled = { ...settled, point: null };
  }
  return { state: settled, problems };
}
