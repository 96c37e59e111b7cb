/** What a device and its network were found to be, in words: the state, what it means, what to do. Pure. */
import type { Preflight } from '$lib/lab/worker-protocol.ts';
import { deviceName } from '$lib/live/device-words.ts';
import { formatBytes, formatDuration, formatStepTime, plural } from '$lib/ui/format.ts';

/** `limited` takes part with something less; `failed` does not take part until it is mended. */
export type State = 'checking' | 'good' | 'limited' | 'failed';

export interface Line {
  name: string;
  state: State;
  /** What was found and what it means. */
  found: string;
  /** What to do; absent where there is nothing to do. */
  advice?: string;
}

export type Answer = { answered: true; ms: number } | { answered: false; reason: string };

export interface SecurityFacts {
  secure: boolean;
  isolated: boolean;
}
export interface ComputeFacts {
  webgpu: 'adapter' | 'no adapter' | 'absent';
  wasm: boolean;
  cores: number | null;
}
export interface StorageFacts {
  kept: boolean;
  reason?: string;
  /** Bytes in use and allowed, where the browser says. */
  estimate: { usage: number; quota: number } | null;
}
export type WakeLockFacts = 'held' | 'refused' | 'absent';

/** Training of the default recipe that still fits a class, in seconds. */
const COMFORTABLE = 120;
/** A run keeps a checkpoint and its result; below this they may not fit. */
const LITTLE_STORAGE = 100e6;
/** Model, gradients and the browser's own needs, in GB. */
const LITTLE_MEMORY = 2;

const OTHER_NETWORK =
  'Try another network, such as a phone’s hotspot, or ask whoever runs this one to let this address through.';

const took = (ms: number) => `${Math.max(1, Math.round(ms))} ms`;

/** The page opens every connection by polling and moves to a WebSocket where that works. */
export function socketLines(polling: Answer, websocket: Answer): Line[] {
  return [
    websocket.answered
      ? { name: 'WebSocket', state: 'good', found: `Answered in ${took(websocket.ms)}.` }
      : {
          name: 'WebSocket',
          state: polling.answered ? 'limited' : 'failed',
          found: `No answer (${websocket.reason}). Something between this device and the server blocks WebSockets.`,
          advice: polling.answered
            ? 'Nothing to do: the class works over polling, a little later than for the others.'
            : OTHER_NETWORK,
        },
    polling.answered
      ? {
          name: 'Polling',
          state: 'good',
          found: `Answered in ${took(polling.ms)}. The class works where WebSockets are blocked.`,
        }
      : {
          name: 'Polling',
          state: 'failed',
          found: `No answer (${polling.reason}). Without it no connection to a session begins.`,
          advice: OTHER_NETWORK,
        },
  ];
}

export function securityLine({ secure, isolated }: SecurityFacts): Line {
  const name = 'Secure context';
  if (secure && isolated)
    return { name, state: 'good', found: 'Yes, and isolated: GPU and threads may be used.' };
  return secure
    ? {
        name,
        state: 'limited',
        found: 'Yes, but not isolated: training has one thread.',
        advice: 'Open the page in a tab of its own, without extensions that change its headers.',
      }
    : {
        name,
        state: 'limited',
        found: 'No: this address came by plain http, so the browser hides the GPU and threads.',
        advice: 'Ask your instructor for the https address. Training works here too, more slowly.',
      };
}

export function computeLines({ webgpu, wasm, cores }: ComputeFacts, isolated: boolean): Line[] {
  return [
    webgpu === 'adapter'
      ? { name: 'WebGPU', state: 'good', found: 'There is a GPU that this browser lets pages use.' }
      : {
          name: 'WebGPU',
          state: 'limited',
          found:
            webgpu === 'absent'
              ? 'This browser does not offer it on this page. Training uses the processor.'
              : 'The browser has it, but no GPU answered. Training uses the processor.',
          advice: 'For a faster run, try a current Chrome, Edge or Safari. It is not needed.',
        },
    !wasm
      ? {
          name: 'WebAssembly',
          state: 'failed',
          found: 'This browser does not run WebAssembly, which training needs.',
          advice: 'Use a current browser; on a managed device, ask whether it is switched off.',
        }
      : isolated
        ? {
            name: 'WebAssembly',
            state: 'good',
            found: `There, with threads${cores === null ? '' : ` on ${plural(cores, 'core')}`}.`,
          }
        : { name: 'WebAssembly', state: 'limited', found: 'There, with one thread.' },
  ];
}

/** @param steps of the default recipe */
export function trainingLine(preflight: Preflight | null, steps: number): Line {
  const name = 'Training step';
  if (!preflight?.speed)
    return {
      name,
      state: 'failed',
      found: preflight
        ? `The engine started (${deviceName(preflight.choice)}), but no step came to an end.`
        : 'The engine or the model could not be loaded.',
      advice: 'Close other tabs and check again; if it stays so, use another browser or device.',
    };
  const { secondsPerStep } = preflight.speed;
  const whole = secondsPerStep * steps;
  const found = `${formatStepTime(secondsPerStep)} on ${deviceName(preflight.choice)}: a run of ${steps} steps takes about ${formatDuration(whole)}.`;
  return whole <= COMFORTABLE
    ? { name, state: 'good', found }
    : {
        name,
        state: 'limited',
        found,
        advice: 'Lower the steps in the recipe, and keep the device plugged in.',
      };
}

export function storageLine({ kept, reason, estimate }: StorageFacts): Line {
  const name = 'Storage';
  const room = estimate && estimate.quota - estimate.usage;
  if (!kept)
    return {
      name,
      state: 'limited',
      found: `What was written could not be read back${reason ? ` (${reason})` : ''}: a reload loses your runs.`,
      advice: 'Leave private browsing, or let this site keep data in the browser’s settings.',
    };
  if (room !== null && room < LITTLE_STORAGE)
    return {
      name,
      state: 'limited',
      found: `Works, with ${formatBytes(Math.max(0, room))} left for this site: long runs may not be kept.`,
      advice: 'Free some space on this device.',
    };
  return {
    name,
    state: 'good',
    found: `Written and read back${room === null ? '' : `; ${formatBytes(room)} are left for this site`}.`,
  };
}

/** @param gigabytes as the browser tells, rounded and at most 8 in most; null where it does not tell */
export function memoryLine(gigabytes: number | null): Line {
  const name = 'Memory';
  if (gigabytes === null)
    return {
      name,
      state: 'good',
      found: 'This browser does not tell. The training step above is the better test.',
    };
  return gigabytes < LITTLE_MEMORY
    ? {
        name,
        state: 'limited',
        found: `The browser tells of ${gigabytes} GB: enough for the small model only.`,
        advice: 'Close other tabs and programs, and choose the base model nano.',
      }
    : { name, state: 'good', found: `The browser tells of ${gigabytes} GB or more.` };
}

export function wakeLockLine(facts: WakeLockFacts): Line {
  const name = 'Screen stays on';
  if (facts === 'held')
    return { name, state: 'good', found: 'This page may keep the screen on while a run trains.' };
  return {
    name,
    state: 'limited',
    found:
      facts === 'absent'
        ? 'This browser does not offer it on this page: the screen may go dark during a run.'
        : 'The browser refused it: the battery may be low.',
    advice: 'Set the screen to stay on, or plug the device in, while you train.',
  };
}

/** The whole in a sentence. */
export function summary(lines: readonly Line[]): { state: State; text: string } {
  const named = (state: State) =>
    lines.filter((line) => line.state === state).map(({ name }) => name);
  const [checking, failed, limited] = [named('checking'), named('failed'), named('limited')];
  if (checking.length > 0)
    return {
      state: 'checking',
      text: `Checking: ${lines.length - checking.length} of ${lines.length} done.`,
    };
  if (failed.length > 0)
    return { state: 'failed', text: `This device cannot take part yet: ${failed.join(', ')}.` };
  return limited.length > 0
    ? { state: 'limited', text: `This device can take part, with limits: ${limited.join(', ')}.` }
    : { state: 'good', text: 'This device is ready.' };
}

/** For a message to an instructor. @param device as its browser calls itself */
export function report(lines: readonly Line[], device: string, at: Date): string {
  return [
    `Rankroom device check, ${at.toISOString()}`,
    summary(lines).text,
    '',
    ...lines.map(({ name, state, found }) => `[${state}] ${name}: ${found}`),
    '',
    device,
  ].join('\n');
}
