/**
 * A run's life as a pure reducer. A run is always in exactly one named state; what it has measured so
 * far (`Live`) goes along with it, so a failed or stopped run still shows what it saw.
 */
import type { Recipe } from '../engine/formats/recipe.ts';
import type {
  BackendChoice,
  Counts,
  RunPhase,
  RunResult,
  SeenMemory,
  TracePoint,
  Validation,
} from '../engine/train/events.ts';
import type { CheckpointSummary } from '../engine/train/checkpoint.ts';
import type { Loss } from './recovery.ts';
import type { RunMessage } from './worker-protocol.ts';

/** What a run has said so far. */
export interface Live {
  /** UUID made once; the submission of this run carries it. */
  id: string;
  recipe: Recipe;
  /** Of the worker that has the run; null until it has said so. */
  choice: BackendChoice | null;
  counts: Counts | null;
  /** Of the backend's memory; null until something was seen, and where nothing can be. */
  seen: SeenMemory | null;
  trace: readonly TracePoint[];
  validations: readonly Validation[];
  /** Optimiser steps done. */
  step: number;
  tokensPerSecond: number | null;
  secondsLeft: number | null;
  /** Step at which the run last went on from a checkpoint; null when it was never interrupted. */
  resumedAt: number | null;
  /** Breakdowns of the engine that the run has survived. */
  losses: readonly Loss[];
}

export type RunState =
  | { state: 'idle' }
  /** Everything before the first step: loading, compiling, evaluating the untuned model. Bytes while loading. */
  | {
      state: 'preparing';
      live: Live;
      phase: Exclude<RunPhase, 'training'>;
      loaded: number | null;
      total: number | null;
    }
  | { state: 'training'; live: Live; phase: RunPhase }
  /** Stop was asked for; the step in progress ends first. */
  | { state: 'stopping'; live: Live }
  | { state: 'finished'; live: Live; result: RunResult }
  /** `again`: not by its recipe, so that another try may succeed as it is. */
  | { state: 'failed'; live: Live; message: string; again: boolean };

export type RunAction =
  /** `from`: what an interrupted run had done. */
  | { type: 'start'; id: string; recipe: Recipe; from?: CheckpointSummary }
  /** Of a run that has trained; before that it is discarded. */
  | { type: 'stop' }
  /** The worker was ended before the first step: nothing was trained, nothing is kept. */
  | { type: 'discard' }
  /** The engine was lost, and another one takes the run over: from a checkpoint, or from the beginning. */
  | { type: 'recover'; loss: Loss; from: CheckpointSummary | null }
  | Extract<RunMessage, { type: 'event' | 'done' | 'failed' }>;

export const IDLE: RunState = { state: 'idle' };

/** True while the worker is busy with this run. */
export function isActive(
  run: RunState,
): run is Extract<RunState, { state: 'preparing' | 'training' | 'stopping' }> {
  return run.state === 'preparing' || run.state === 'training' || run.state === 'stopping';
}

/** The state after `action`. Messages that do not belong to the state, such as a late event, change nothing. */
export function reduceRun(run: RunState, action: RunAction): RunState {
  switch (action.type) {
    case 'start':
      return isActive(run) ? run : begin(action.id, action.recipe, action.from);
    case 'stop':
      return run.state === 'training' || (run.state === 'preparing' && run.live.step > 0)
        ? { state: 'stopping', live: run.live }
        : run;
    case 'discard':
      return isActive(run) ? IDLE : run;
    case 'recover':
      return isActive(run) ? recover(run, action.loss, action.from) : run;
    case 'event':
      return isActive(run) ? applyEvent(run, action.event) : run;
    case 'done':
      return isActive(run)
        ? {
            state: 'finished',
            live: {
              ...run.live,
              choice: action.result.choice,
              counts: action.result.counts,
              seen: action.result.seen,
              trace: action.result.trace,
              validations: action.result.validations,
              step: action.result.trace.length,
            },
            result: action.result,
          }
        : run;
    case 'failed':
      return isActive(run)
        ? { state: 'failed', live: run.live, message: action.message, again: action.again }
        : run;
  }
}

function begin(id: string, recipe: Recipe, from?: CheckpointSummary): RunState {
  const live: Live = {
    id,
    recipe,
    choice: null,
    counts: null,
    seen: null,
    trace: [],
    validations: [],
    step: 0,
    tokensPerSecond: null,
    secondsLeft: null,
    resumedAt: null,
    losses: [],
  };
  return prepare(from ? goBack(live, from) : live);
}

const prepare = (live: Live): RunState => ({
  state: 'preparing',
  phase: 'loading',
  loaded: null,
  total: null,
  live,
});

/** Steps after the checkpoint are trained again, so they are taken back. */
function goBack(live: Live, from: CheckpointSummary | null): Live {
  const { step, trace, validations } = from ?? { step: 0, trace: [], validations: [] };
  const resumedAt = from ? step : null;
  return {
    ...live,
    trace,
    validations,
    step,
    resumedAt,
    tokensPerSecond: null,
    secondsLeft: null,
  };
}

function recover(run: Active, loss: Loss, from: CheckpointSummary | null): RunState {
  const live = goBack({ ...run.live, choice: null, losses: [...run.live.losses, loss] }, from);
  return run.state === 'stopping' ? { state: 'stopping', live } : prepare(live);
}

type Active = Extract<RunState, { state: 'preparing' | 'training' | 'stopping' }>;
type Event = Extract<RunMessage, { type: 'event' }>['event'];

function applyEvent(run: Active, event: Event): RunState {
  const live = run.live;
  switch (event.type) {
    case 'backend':
      return { ...run, live: { ...live, choice: event.choice } };
    case 'counts':
      return { ...run, live: { ...live, counts: event.counts } };
    case 'memory':
      return { ...run, live: { ...live, seen: event.seen } };
    case 'validation':
      return { ...run, live: { ...live, validations: [...live.validations, event.validation] } };
    case 'phase':
      if (run.state === 'stopping') return run;
      if (run.state === 'training' || event.phase === 'training')
        return { state: 'training', live, phase: event.phase };
      return {
        state: 'preparing',
        live,
        phase: event.phase,
        loaded: event.loaded ?? null,
        total: event.total ?? null,
      };
    case 'step': {
      const next: Live = {
        ...live,
        trace: [...live.trace, event.point],
        step: live.trace.length + 1,
        tokensPerSecond: event.tokensPerSecond,
        secondsLeft: event.secondsLeft,
      };
      return run.state === 'stopping'
        ? { state: 'stopping', live: next }
        : { state: 'training', live: next, phase: 'training' };
    }
  }
}

/** Share of the run's visible work that is done, 0–1: bytes while loading, then steps; a resumed run has some. */
export function progressOf(run: RunState): number {
  switch (run.state) {
    case 'idle':
      return 0;
    case 'preparing':
      if (run.live.step > 0) return run.live.step / run.live.recipe.steps;
      return run.phase === 'loading' && run.total ? (run.loaded ?? 0) / run.total : 0;
    case 'training':
    case 'stopping':
    case 'failed':
      return run.live.step / run.live.recipe.steps;
    case 'finished':
      return 1;
  }
}
