/** A run in words: the sentence over the plot, and what a screen reader hears now and then. */
import { deviceName } from '../live/device-words.ts';
import { formatBytes, formatDuration, formatFixed, formatStepTime } from '../ui/format.ts';
import type { Live, RunState } from './run-state.ts';
import { LAB, type UnfinishedRun } from './run-store.ts';
import type { Estimate } from './speeds.ts';

/** One sentence that says what the run is doing. */
export function describeRun(run: RunState): string {
  switch (run.state) {
    case 'idle':
      return 'Choose a recipe and press Run. Training happens in this browser.';
    case 'preparing':
      switch (run.phase) {
        case 'loading':
          return run.total
            ? `Loading the model: ${formatBytes(run.loaded ?? 0)} of ${formatBytes(run.total)}`
            : 'Loading the model';
        case 'compiling':
          return run.live.recipe.method.kind === 'prompting'
            ? 'Compiling the model for this device'
            : 'Compiling the training step for this device';
        case 'evaluating':
          return run.live.recipe.method.kind === 'prompting'
            ? 'Asking the model'
            : 'Evaluating the model before training';
        case 'exporting':
          return 'Writing the artifact';
      }
      break;
    case 'training': {
      const steps = `step ${run.live.step} of ${run.live.recipe.steps}`;
      if (run.phase === 'evaluating') return `Evaluating on held-out data, ${steps}`;
      if (run.phase === 'exporting') return 'Writing the artifact';
      const left = run.live.secondsLeft;
      return left === null
        ? `Training, ${steps}`
        : `Training, ${steps}, ${formatDuration(left)} left`;
    }
    case 'stopping':
      return 'Stopping after this step';
    case 'finished': {
      const { result } = run;
      if (result.recipe.method.kind === 'prompting') return 'Finished. Nothing was trained';
      const end = result.stopped ? `Stopped after ${result.trace.length} steps` : 'Finished';
      return `${end} in ${formatDuration(result.trainingSeconds)} of training`;
    }
    case 'failed':
      return 'The run ended early';
  }
}

const BACKEND = { webgpu: 'WebGPU', wasm: 'WASM' } as const;

/** Where the run trains and why, and what it has been through to get there. */
export function describeBackend({ choice, resumedAt, losses }: Live): string {
  const lost = losses.map(({ backend, step, next }) => {
    const happened = `${BACKEND[backend]} was lost at step ${step}`;
    if (next === null) return `${happened}.`;
    return `${happened}; going on with ${next === backend ? `${BACKEND[next]}, started anew` : BACKEND[next]}.`;
  });
  const resumed = resumedAt === null ? [] : [`Resumed at step ${resumedAt}.`];
  return [...lost, ...resumed, ...(choice ? [choice.reason] : [])].join(' ');
}

/** What the run does, for a screen reader, with the loss: said at most every few seconds. */
export function announceRun(run: RunState): string {
  const sentence = describeRun(run);
  if (run.state === 'training') {
    const loss = run.live.trace.at(-1)?.loss;
    return loss === undefined ? sentence : `${sentence}. Training loss ${formatFixed(loss, 2)}.`;
  }
  if (run.state === 'finished') {
    const { before, after, recipe } = run.result;
    const accuracy = `${sentence}. Validation accuracy ${formatFixed(after.accuracy)}`;
    return recipe.method.kind === 'prompting'
      ? `${accuracy}.`
      : `${accuracy}, before ${formatFixed(before.accuracy)}.`;
  }
  if (run.state === 'failed') return `${sentence}. ${run.message}`;
  return `${sentence}.`;
}

export interface EstimateWords {
  time: string;
  /** Goes on after `time`: of what, and on which device. Left out where there is no room. */
  here: string;
  /** How one comes to say so. */
  how: string;
}

/** How long the next run may take. */
export function describeEstimate(estimate: Estimate): EstimateWords {
  const step = `${formatStepTime(estimate.secondsPerStep)} a step`;
  const how =
    estimate.from === 'probe'
      ? `a few steps were timed when the model was loaded${estimate.sameKind ? '' : ', scaled by what this recipe computes'}: ${step}.`
      : estimate.sameKind
        ? `your last run of this kind took ${step}.`
        : `${step}, from another run of yours, scaled by what this recipe computes.`;
  return {
    time: `About ${formatDuration(estimate.seconds)}`,
    here: ` of training on this device (${deviceName(estimate)})`,
    how: `An estimate: ${how}`,
  };
}

/** Why an interrupted run does not go on by itself, and what is safe. */
export function describeInterruption({ end, code }: Pick<UnfinishedRun, 'end' | 'code'>): string {
  switch (end) {
    case 'stopped':
      return 'You stopped it, and the page was left before its result was stored. What it had trained is kept in this browser.';
    case 'lost':
      return 'The engine broke down on this device. What the run had trained is kept in this browser.';
    case 'none':
      return code === LAB
        ? 'The page was left while it trained. What it had trained is kept in this browser.'
        : 'The page was left while it trained, and it is not for the round that runs now. What it had trained is kept in this browser.';
  }
}
