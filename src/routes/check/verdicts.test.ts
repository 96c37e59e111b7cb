import { describe, expect, it } from 'vitest';
import type { Preflight } from '$lib/lab/worker-protocol.ts';
import {
  computeLines,
  memoryLine,
  report,
  securityLine,
  socketLines,
  storageLine,
  summary,
  trainingLine,
  wakeLockLine,
  type Line,
} from './verdicts.ts';

const yes = { answered: true, ms: 12.3 } as const;
const no = { answered: false, reason: 'xhr poll error' } as const;
const timed = (secondsPerStep: number): Preflight => ({
  choice: { backend: 'wasm', threads: 2, reason: '' },
  speed: {
    from: 'probe',
    backend: 'wasm',
    threads: 2,
    base: 'nano',
    method: 'lora',
    quantisation: 'fp32',
    tokens: 512,
    multiplications: 1e9,
    secondsPerStep,
  },
});
const states = (lines: Line[]) => lines.map(({ state }) => state);

describe('I-15: the check of a device', () => {
  it('takes a blocked WebSocket for a limit, and blocked polling for the end', () => {
    expect(states(socketLines(yes, yes))).toEqual(['good', 'good']);
    expect(states(socketLines(yes, no))).toEqual(['limited', 'good']);
    expect(states(socketLines(no, yes))).toEqual(['good', 'failed']);
    expect(states(socketLines(no, no))).toEqual(['failed', 'failed']);
    expect(socketLines(yes, no)[0]?.found).toContain('xhr poll error');
  });

  it('says what an insecure page and a missing GPU cost', () => {
    expect(securityLine({ secure: true, isolated: true }).state).toBe('good');
    expect(securityLine({ secure: false, isolated: false })).toMatchObject({ state: 'limited' });
    expect(states(computeLines({ webgpu: 'absent', wasm: true, cores: 4 }, true))).toEqual([
      'limited',
      'good',
    ]);
    expect(states(computeLines({ webgpu: 'adapter', wasm: false, cores: 4 }, true))).toEqual([
      'good',
      'failed',
    ]);
  });

  it('reckons a whole run from the timed step', () => {
    expect(trainingLine(timed(0.05), 300)).toMatchObject({ state: 'good' });
    expect(trainingLine(timed(0.05), 300).found).toBe(
      '50 ms on WASM, 2 threads: a run of 300 steps takes about 15 s.',
    );
    expect(trainingLine(timed(2), 300).state).toBe('limited');
    expect(trainingLine({ ...timed(1), speed: null }, 300).state).toBe('failed');
    expect(trainingLine(null, 300).state).toBe('failed');
  });

  it('tells storage that keeps from storage that does not, and little from enough', () => {
    const estimate = { usage: 1e6, quota: 1e9 };
    expect(storageLine({ kept: true, estimate }).state).toBe('good');
    expect(storageLine({ kept: true, estimate: { usage: 9e8, quota: 9.5e8 } }).state).toBe(
      'limited',
    );
    expect(storageLine({ kept: false, reason: 'InvalidStateError', estimate: null })).toMatchObject(
      {
        state: 'limited',
        found: expect.stringContaining('InvalidStateError') as string,
      },
    );
    expect([memoryLine(null), memoryLine(1), memoryLine(8)].map(({ state }) => state)).toEqual([
      'good',
      'limited',
      'good',
    ]);
    expect(wakeLockLine('held').state).toBe('good');
    expect(wakeLockLine('absent').advice).toBeDefined();
  });

  it('sums up by the worst, and reports every line as text', () => {
    const line = (name: string, state: Line['state']): Line => ({ name, state, found: 'So.' });
    const [good, limited] = [line('WebSocket', 'good'), line('WebGPU', 'limited')];
    expect(summary([good]).text).toBe('This device is ready.');
    expect(summary([good, limited]).text).toContain('with limits: WebGPU.');
    expect(summary([limited, line('Polling', 'failed')])).toMatchObject({ state: 'failed' });
    expect(summary([good, line('Storage', 'checking')]).text).toBe('Checking: 1 of 2 done.');
    const text = report([good, limited], 'Browser 1', new Date(0));
    expect(text.split('\n')).toEqual([
      'Rankroom device check, 1970-01-01T00:00:00.000Z',
      'This device can take part, with limits: WebGPU.',
      '',
      '[good] WebSocket: So.',
      '[limited] WebGPU: So.',
      '',
      'Browser 1',
    ]);
  });
});
