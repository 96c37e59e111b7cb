import { describe, expect, it } from 'vitest';
import { recordedRuns, type RecordedRun } from '../../../tests/support/recorded-runs.ts';
import { diagnose, diagnoseRun, type Diagnosis, type Evidence } from './diagnosis.ts';
import { adviceOn } from './diagnosis-words.ts';
import { IDLE, reduceRun } from './run-state.ts';

const RUNS = recordedRuns();

/** What a run had measured after `steps` of its steps. */
function evidenceAt(
  { recipe, losses, validations, labels, diverged }: RecordedRun,
  steps: number,
): Evidence {
  return {
    recipe,
    losses: losses.slice(0, steps),
    validations: validations.filter(({ step }) => step <= steps),
    chance: Math.log(labels),
    notANumber: diverged && steps === losses.length,
    ended: steps === recipe.steps,
  };
}
/** Each diagnosis of a run's course, once in a row. */
function course(run: RecordedRun): (Diagnosis | null)[] {
  const all = run.losses.map((_, index) => diagnose(evidenceAt(run, index + 1)));
  return all.filter((diagnosis, index) => index === 0 || diagnosis !== all[index - 1]);
}

/** What a person who looks at the curves of each recorded run says of it at its end. */
const VERDICTS: Record<string, Diagnosis | null> = {
  lora: null,
  'lora-r1': null,
  'lora-int4': null,
  full: null,
  head: null,
  houlsby: null,
  prefix: null,
  'p-tuning-v2': null,
  ia3: null,
  ciphered: null,
  short: null,
  'lora-sgd-cold': null,
  'lora-untrained': null,
  // Learns more slowly than it could, and learns.
  'full-hot': null,
  'lora-hot': 'diverged',
  'lora-too-hot': 'diverged',
  'full-too-hot': 'diverged',
  'few-lora-r64': 'diverged',
  'lora-cold': 'stalled',
  'full-cold': 'stalled',
  'few-lora': 'over-fitted',
  'few-head': 'over-fitted',
  'few-lora-long': 'over-fitted',
  'spam-full': 'over-fitted',
  // Knows its texts by heart, and is none the worse for it.
  'few-full': null,
};

describe('the diagnosis of a recorded run (T-7)', () => {
  it('has a verdict to be compared with for each', () => {
    expect(RUNS.map(({ name }) => name).sort()).toEqual(Object.keys(VERDICTS).sort());
  });

  it.each(RUNS)('$name', (run) => {
    const verdict = VERDICTS[run.name] ?? null;
    expect(diagnose(evidenceAt(run, run.losses.length))).toBe(verdict);
    // And of what went well nothing is said at any time.
    if (verdict === null) expect(course(run)).toEqual([null]);
  });

  it('says that a run has diverged while it still trains', () => {
    const run = RUNS.find(({ name }) => name === 'lora-too-hot')!;
    const first = run.losses.findIndex((_, i) => diagnose(evidenceAt(run, i + 1)) === 'diverged');
    expect(first).toBeLessThan(40);
  });

  it('says nothing wrong where the number of labels is not known', () => {
    for (const run of RUNS) {
      const evidence = { ...evidenceAt(run, run.losses.length), chance: null };
      expect([VERDICTS[run.name], null]).toContain(diagnose(evidence));
    }
  });
});

describe('the diagnosis (T-7)', () => {
  const recipe = { batchSize: 16, accumulation: 1, steps: 300 };
  const evidence = (losses: number[], change: Partial<Evidence> = {}): Evidence => ({
    recipe,
    losses,
    validations: [],
    chance: Math.log(12),
    notANumber: false,
    ended: false,
    ...change,
  });
  const flat = (length: number, value: number) => new Array<number>(length).fill(value);

  it('waits until there is something to see', () => {
    expect(diagnose(evidence([]))).toBeNull();
    expect(diagnose(evidence([99, 99, 99]))).toBeNull();
    expect(diagnose(evidence(flat(99, 2.5)))).toBeNull();
    expect(diagnose(evidence(flat(100, 2.5)))).toBe('stalled');
  });

  it('calls a loss that is no number diverged, however early', () => {
    expect(diagnose(evidence([2.5], { notANumber: true }))).toBe('diverged');
  });

  it('forgives a climb that is over', () => {
    const losses = [...flat(10, 2.5), ...flat(20, 9), ...flat(100, 0.7)];
    expect(diagnose(evidence(losses.slice(0, 25)))).toBe('diverged');
    expect(diagnose(evidence(losses))).toBeNull();
  });

  it('averages over more steps where a batch is small', () => {
    const losses = Array.from({ length: 200 }, (_, i) => (i % 40 === 39 ? 30 : 1));
    const one = { recipe: { ...recipe, batchSize: 1 } };
    expect(diagnose(evidence(losses.slice(0, 45)))).toBe('diverged');
    expect(diagnose(evidence(losses, one))).not.toBe('diverged');
  });

  it('compares validations with their like alone', () => {
    const validations = [
      { step: 0, loss: 2.5, accuracy: 0.1 },
      { step: 60, loss: 0.6, accuracy: 0.8 },
      { step: 120, loss: 0.6, accuracy: 0.8 },
      { step: 150, loss: 0.9, accuracy: 0.8 },
    ];
    const losses = [...flat(10, 2.5), ...flat(140, 0.01)];
    expect(diagnose(evidence(losses, { validations }))).toBe('over-fitted');
    // The last one was made after a stop, on all examples.
    expect(diagnose(evidence(losses, { validations, ended: true }))).toBeNull();
  });

  it('tells a run that failed by its recipe from one whose engine broke down', () => {
    const [{ recipe: whole }] = RUNS as [RecordedRun];
    const training = [
      { type: 'start', id: 'r', recipe: whole } as const,
      {
        type: 'event',
        event: {
          type: 'step',
          point: { step: 1, loss: 3, learningRate: 1, gradientNorm: 1 },
          steps: 300,
          tokensPerSecond: 1,
          secondsLeft: 1,
        },
      } as const,
    ].reduce(reduceRun, IDLE);
    expect(diagnoseRun(IDLE, 12)).toBeNull();
    expect(diagnoseRun(training, 12)).toBeNull();
    const failed = (again: boolean) =>
      diagnoseRun(reduceRun(training, { type: 'failed', message: 'x', again }), 12);
    expect(failed(false)).toBe('diverged');
    expect(failed(true)).toBeNull();
  });
});

describe('the advice (T-7)', () => {
  const run = (name: string) => RUNS.find((each) => each.name === name)!.recipe;
  it('names the rate that the method has by default, where the run has another', () => {
    expect(adviceOn('diverged', run('lora-too-hot'))).toBe(
      'The loss has climbed instead of falling: lower the learning rate, from 0.2 towards the 0.003 that LoRA has by default.',
    );
    expect(adviceOn('stalled', run('lora-cold'))).toContain('raise the learning rate, from 1e-6 ');
    expect(adviceOn('stalled', run('lora'))).toContain('more steps');
    expect(adviceOn('over-fitted', run('few-lora'))).toContain('fewer steps');
  });
});
