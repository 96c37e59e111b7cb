import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultRecipe } from '../../engine/formats/recipe.ts';
import type { KeptRun } from '../../lab/run-store.ts';
import { METHODS_REPORT } from '../../measurements/methods.ts';
import { PUBLISHED_SETS, publishedSet } from '../../measurements/published.ts';
import { AXES, AXIS } from './axes.ts';
import { boardPoints } from './class-board.ts';
import { boxOf, overlap, placeLabels } from './labels.ts';
import { logTicks, plotLayout, type Frame } from './layout.ts';
import { ownPoints, publishedPoints, shippedPoints, within, type Limits } from './points.ts';
import { markAfter } from './walk.ts';

const FRAME: Frame = {
  width: 900,
  height: 460,
  margin: { top: 28, right: 20, bottom: 46, left: 58 },
};
const NONE: Limits = { bytes: null, trainable: null, time: null };
const TASK = 'definition-domain';
const shipped = shippedPoints(METHODS_REPORT, TASK);
const published = PUBLISHED_SETS.flatMap(publishedPoints);
const axes = { x: 'trainable', y: 'accuracy', limits: NONE, chosen: null } as const;

function run(
  id: string,
  method: 'full' | 'lora',
  base: string,
  accuracy: number,
  weights: 'pretrained' | 'random' = 'pretrained',
): KeptRun {
  const recipe = { ...defaultRecipe(method), base: { id: base, weights } };
  const memory = {
    frozen: 4e6,
    quantised: 0,
    trainable: 1e5,
    gradients: 1e5,
    optimiser: 2e5,
    activations: 1e6,
    constants: 0,
  };
  const result = {
    recipe,
    counts: { trainable: 25_000, kept: 25_000, total: 1_000_000, memory, multiplications: 1 },
    after: { step: 2, loss: 1, accuracy },
    trace: [{}, {}],
    trainingSeconds: 0.5,
    choice: { backend: 'wasm', threads: 1, reason: 'WASM' },
  };
  return { id, code: 'lab', finishedAt: 1, result } as unknown as KeptRun;
}

describe('points of each source (N-9, N-10, N-11)', () => {
  it('are the figures of the shipped report, as they stand there', () => {
    expect(shipped).toHaveLength(METHODS_REPORT.rows.length);
    for (const row of METHODS_REPORT.rows) {
      const point = shipped.find(({ id }) => id === `shipped:${row.id}`)!;
      const own = row.tasks.find(({ task }) => task === TASK)!;
      expect(point.values).toMatchObject({
        accuracy: own.accuracy,
        relative: own.relative,
        bytes: row.bytes,
      });
      expect(point.deviations.accuracy ?? null).toBe(own.accuracyDeviation || null);
      expect(point.recipe).toMatchObject({ task: TASK, method: { kind: row.method } });
    }
    expect(shippedPoints(METHODS_REPORT, 'my-own-task')).toEqual([]);
  });

  it('are the reader’s runs of the task, over their own full fine-tuning on the same base', () => {
    const runs = [
      run('a', 'lora', 'nano', 0.6),
      run('b', 'full', 'nano', 0.8),
      run('c', 'lora', 'small', 0.7),
    ];
    const points = ownPoints(runs, TASK);
    expect(points.map(({ values }) => values.relative)).toEqual([expect.closeTo(0.75), 1, null]);
    expect(points[0]!.values).toMatchObject({ trainable: 0.025, bytes: 5.4e6, time: 0.25 });
    expect(new Set(points.map(({ group }) => group)).size).toBe(2);
    expect(ownPoints(runs, 'spam')).toEqual([]);
  });

  it('are compared with none that began from other weights', () => {
    const runs = [
      run('a', 'lora', 'nano', 0.6),
      run('b', 'full', 'nano', 0.8),
      run('c', 'lora', 'nano', 0.3, 'random'),
      run('d', 'full', 'nano', 0.4, 'random'),
    ];
    const points = ownPoints(runs, TASK);
    expect(points.map(({ values }) => values.relative)).toEqual(
      [0.75, 1, 0.75, 1].map((share) => expect.closeTo(share) as number),
    );
    expect(points.map(({ group }) => group)).toEqual(
      ['nano', 'nano', 'nano from random weights', 'nano from random weights'].map(
        (start) => `your runs, ${start} on ${TASK}`,
      ),
    );
    expect(plotLayout(points, { ...axes, limits: NONE }, FRAME).frontiers).toHaveLength(2);
  });

  it('are the verified rows of a class’s board, which knows no bytes and no time', () => {
    const row = { submissionId: 's', nickname: 'Ada', recipe: 'LoRA r=4', trainable: 9000 };
    const points = boardPoints('ABC234', {
      session: 'ABC234',
      round: 2,
      rows: [
        { ...row, status: 'verified', accuracy: 0.7 },
        { ...row, submissionId: 't', status: 'provisional', accuracy: 0.99 },
      ],
    });
    expect(points).toMatchObject([
      { label: 'Ada: LoRA r=4', values: { accuracy: 0.7, parameters: 9000, bytes: null } },
    ]);
    expect(() => boardPoints('ABC234', { error: 'no' })).toThrow();
  });

  it('have no trained parameters where a row of the board was prompted', () => {
    const row = { submissionId: 's', nickname: 'Ada', recipe: 'Prompting', status: 'verified' };
    const json = { round: 1, rows: [{ ...row, accuracy: 0.4, trainable: 0 }] };
    expect(boardPoints('ABC234', json)[0]!.values.parameters).toBeNull();
  });
});

describe('the plot (N-9)', () => {
  const own = ownPoints([run('a', 'lora', 'nano', 0.99)], TASK);
  const both = [...publishedPoints(publishedSet('peft-2025')), ...shipped, ...own];

  it.each(AXES.flatMap((x) => AXES.map((y) => [x, y] as const)))(
    'over %s and %s gives each group the frontier that it has alone',
    (x, y) => {
      const together = plotLayout(both, { ...axes, x, y }, FRAME);
      for (const { group, points } of together.frontiers) {
        expect(points.every((point) => point.group === group)).toBe(true);
        const alone = plotLayout(
          both.filter((point) => point.group === group),
          { ...axes, x, y },
          FRAME,
        );
        expect(alone.frontiers[0]!.points).toEqual(points);
      }
      const { marks, left } = together;
      expect(marks.length + left.length).toBe(both.length);
      for (const mark of marks) {
        expect(mark.x).toBeGreaterThanOrEqual(FRAME.margin.left);
        expect(mark.x).toBeLessThanOrEqual(FRAME.width);
        expect(mark.y).toBeGreaterThanOrEqual(0);
        expect(mark.y).toBeLessThanOrEqual(FRAME.height - FRAME.margin.bottom);
      }
    },
  );

  it.each(AXES.filter((axis) => AXIS[axis].log))(
    'leaves out a figure of zero on the logarithm of %s',
    (axis) => {
      const nothing = { ...own[0]!, id: 'nothing', values: { ...own[0]!.values, [axis]: 0 } };
      for (const across of [true, false]) {
        const on = across
          ? { x: axis, y: 'accuracy' as const }
          : { x: 'accuracy' as const, y: axis };
        const { marks, left } = plotLayout([...own, nothing], { ...axes, ...on }, FRAME);
        expect(left).toEqual([nothing]);
        expect(marks.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
      }
    },
  );

  it('has full fine-tuning on the frontier of accuracy over trained share', () => {
    const { frontiers } = plotLayout(shipped, axes, FRAME);
    expect(frontiers[0]!.points.map(({ id }) => id)).toContain('shipped:full');
  });

  it('draws a bar of one standard deviation either way where there are seeds', () => {
    const { marks } = plotLayout(shipped, axes, FRAME);
    const bars = marks.filter(({ barY }) => barY !== null);
    expect(bars.length).toBeGreaterThan(8);
    for (const { y, barY } of bars) expect((barY![0] + barY![1]) / 2).toBeCloseTo(y, 6);
  });

  it('keeps what is over a limit off the frontier, and what is not known to be within it (N-12)', () => {
    const limits = { ...NONE, bytes: 40e6 };
    const { marks, frontiers } = plotLayout(both, { ...axes, limits }, FRAME);
    for (const { point, out, best } of marks) {
      const bytes = point.values.bytes;
      expect(out).toBe(bytes === null || bytes > 40e6);
      if (out) expect(best).toBe(false);
    }
    const best = frontiers.find(({ source }) => source === 'shipped')!.points;
    expect(best.length).toBeGreaterThan(0);
    expect(best.every(({ values }) => values.bytes! <= 40e6)).toBe(true);
    const unmeasured = published.find(({ values }) => values.bytes === null)!;
    expect(within(unmeasured, limits)).toBe(false);
  });

  it('has few ticks at round numbers', () => {
    expect(logTicks([1e-5, 1.2])).toEqual([1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1]);
    expect(logTicks([2e7, 1e8])).toEqual([2e7, 5e7, 1e8]);
    expect(logTicks([0.2, 50])).toEqual([0.3, 1, 3, 10, 30]);
    fc.assert(
      fc.property(
        fc.double({ min: -6, max: 12, noNaN: true }),
        fc.double({ min: 0.3, max: 9, noNaN: true }),
        (low, span) => {
          const found = logTicks([10 ** low, 10 ** (low + span)]);
          expect(found.length).toBeGreaterThan(0);
          expect(found.length).toBeLessThanOrEqual(7);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('names beside their marks (N-15)', () => {
  const place = fc.record({
    x: fc.integer({ min: 60, max: 860 }),
    y: fc.integer({ min: 30, max: 400 }),
    text: fc.string({ minLength: 3, maxLength: 24 }),
  });
  const frame = { x: 60, y: 0, width: 820, height: 420 };

  it('never overlap and never leave the frame', () => {
    fc.assert(
      fc.property(fc.array(place, { maxLength: 25 }), (marks) => {
        const order = marks.map((_, index) => index);
        const boxes = placeLabels(marks, order, frame).map((label) =>
          boxOf(label, marks[label.index]!.text),
        );
        boxes.forEach((box, index) => {
          expect(box.x).toBeGreaterThanOrEqual(frame.x);
          expect(box.x + box.width).toBeLessThanOrEqual(frame.x + frame.width);
          for (const other of boxes.slice(index + 1)) expect(overlap(box, other)).toBe(false);
        });
      }),
    );
  });

  it('name at least the frontier of the shipped measurements', () => {
    const { marks, labels } = plotLayout(shipped, axes, FRAME);
    const named = new Set(labels.map(({ index }) => index));
    marks.forEach(({ best, point }, index) => {
      if (best) expect(named.has(index), point.label).toBe(true);
    });
  });

  it('are passed by arrows from one end to the other, each once', () => {
    const { marks } = plotLayout(shipped, axes, FRAME);
    for (const [key, back] of [
      ['ArrowRight', 'ArrowLeft'],
      ['ArrowUp', 'ArrowDown'],
    ] as const) {
      let at = 0;
      for (let i = 0; i < marks.length; i++) at = markAfter(marks, at, back)!;
      const seen = [at];
      for (let i = 1; i < marks.length; i++) seen.push((at = markAfter(marks, at, key)!));
      expect(new Set(seen).size).toBe(marks.length);
      expect(markAfter(marks, at, key)).toBe(at);
    }
    expect(markAfter(marks, 0, 'x')).toBeNull();
  });
});
