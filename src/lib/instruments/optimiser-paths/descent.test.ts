/** The recorded surface beside the model that it is of, and the paths on it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { shippedTask } from '../../engine/data/shipped-tasks.ts';
import { parseExamples } from '../../engine/data/task.ts';
import { randomStream } from '../../engine/data/random.ts';
import { BatchGradient, dot, evaluateSlice } from '../../engine/inspect/slice.ts';
import { loadBaseModel } from '../../engine/model/base-model.ts';
import { createNodeRuntime } from '../../engine/runtime/node.ts';
import { descend, distanceBetween, meanOf, pathOn, type PathPoint } from './descent.ts';
import {
  DIRECTIONS_PATH,
  fixedBatches,
  originOf,
  PLANE_RECIPE,
  readDirections,
  SURFACE_PATH,
} from './plane.ts';
import { defaultSettings, PATHS } from './state.ts';
import { endOf, readSurfaceFile, Surface, type Place, type SurfaceFile } from './surface.ts';
import { computedWords, summaryOf } from './words.ts';

const read = (path: string) => readFileSync(`static${path}`);
const file = readSurfaceFile(JSON.parse(read(SURFACE_PATH).toString()));
const surface = new Surface(file);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('the recorded surface', async () => {
  const { id } = PLANE_RECIPE.base;
  const base = await loadBaseModel(id, async (name) => read(`/models/${id}/${name}`));
  const task = shippedTask(PLANE_RECIPE.task)!;
  const train = parseExamples(read(`/tasks/${task.id}/train.jsonl`).toString(), task);
  const batches = fixedBatches(base, task, train);
  const runtime = await createNodeRuntime({ threads: 1 });
  const model = await BatchGradient.create(runtime, base, PLANE_RECIPE, task.labels.length);
  afterAll(() => model.release());
  const directions = readDirections(read(DIRECTIONS_PATH));
  const plane = { origin: originOf(base, task.labels.length), directions };

  it('is of the shipped checkpoint and directions, and small (N-30)', () => {
    expect(file.checkpoint).toBe(sha256(read(`/models/${id}/model.safetensors`)));
    expect(file.directions).toBe(sha256(read(DIRECTIONS_PATH)));
    expect(file.recipe).toEqual(PLANE_RECIPE);
    expect(file.parameters).toBe(model.size);
    const wire = brotliCompressSync(read(SURFACE_PATH)).length + read(DIRECTIONS_PATH).length;
    expect(wire).toBeLessThan(100_000);
  });

  it('is cut along directions of length 1 that are orthogonal, to half precision (N-30)', () => {
    const [first, second] = directions;
    expect(Math.abs(dot(first, first) - 1)).toBeLessThan(1e-3);
    expect(Math.abs(dot(second, second) - 1)).toBeLessThan(1e-3);
    expect(Math.abs(dot(first, second))).toBeLessThan(1e-3);
  });

  it('holds the model’s losses and gradients at nodes (N-30)', async () => {
    const { a, b } = surface;
    const nodes: Place[] = [
      [0, 0],
      [a.from, b.from],
      [endOf(a), endOf(b)],
      [a.from + 20 * a.step, b.from + 12 * b.step],
    ];
    for (const node of nodes)
      for (const [batch, real] of (await evaluateSlice(model, plane, batches, node)).entries()) {
        const { loss, gradient } = surface.at(node, batch);
        // Written with four and three decimals; threads add up in another order.
        expect(Math.abs(loss - real.loss)).toBeLessThan(2e-4);
        for (const index of [0, 1])
          expect(Math.abs(gradient[index]! - real.gradient[index]!)).toBeLessThan(2e-3);
      }
  });

  it('is between the nodes no farther from the model than its file says (N-31)', async () => {
    const random = randomStream(11, 'other points');
    const worst = { loss: 0, gradient: 0 };
    for (let point = 0; point < 12; point++) {
      const { a, b } = surface;
      const within = ({ from, step, count }: typeof a) =>
        from + random.uniform() * step * (count - 1);
      const place = [within(a), within(b)] as const;
      for (const [batch, real] of (await evaluateSlice(model, plane, batches, place)).entries()) {
        const { loss, gradient } = surface.at(place, batch);
        worst.loss = Math.max(worst.loss, Math.abs(loss - real.loss));
        const apart = gradient.map((value, index) => value - real.gradient[index]!);
        worst.gradient = Math.max(worst.gradient, Math.hypot(...apart));
      }
    }
    expect(file.error.points).toBeGreaterThanOrEqual(100);
    expect(file.error.loss).toBeLessThan(0.05);
    expect(worst.loss).toBeLessThanOrEqual(file.error.loss);
    expect(worst.gradient).toBeLessThanOrEqual(file.error.gradient);
  });

  it('leads each optimiser the way that the model does (N-34)', async () => {
    const settings = { ...defaultSettings(), steps: 12 };
    for (const name of PATHS) {
      const points: PathPoint[] = [];
      const way = descend(name, settings, (place) => surface.holds(place));
      let turn = way.next();
      while (!turn.done) {
        const place = turn.value;
        const values = await evaluateSlice(model, plane, batches, place);
        points.push({ place, loss: meanOf(values).loss });
        turn = way.next(values);
      }
      const path = pathOn(surface, name, settings);
      expect(points).toHaveLength(13);
      expect(distanceBetween({ name, points, left: null }, path)).toBeLessThan(0.02);
    }
  });
});

/** A bowl ½(a² + 25 b²), which the interpolant has exactly: the axes have no cubic part. */
function bowl(): Surface {
  const a = { from: -2, step: 0.5, count: 9 };
  const b = { from: -1, step: 0.25, count: 9 };
  const batch: SurfaceFile['batches'][number] = { loss: [], a: [], b: [] };
  for (let row = 0; row < b.count; row++)
    for (let column = 0; column < a.count; column++) {
      const [x, y] = [a.from + column * a.step, b.from + row * b.step];
      batch.loss.push((x * x + 25 * y * y) / 2);
      batch.a.push(x);
      batch.b.push(25 * y);
    }
  return new Surface({ ...file, a, b, batches: [batch, batch] });
}

describe('a surface of known shape', () => {
  it('is interpolated with its derivatives (N-31)', () => {
    const { loss, gradient } = bowl().at([0.3, -0.6], 1);
    expect(loss).toBeCloseTo((0.09 + 25 * 0.36) / 2, 10);
    expect(gradient[0]).toBeCloseTo(0.3, 10);
    expect(gradient[1]).toBeCloseTo(-15, 10);
    expect(() => bowl().at([9, 0])).toThrow(RangeError);
  });

  it('holds gradient descent below 2 over its curvature, and throws it off above (N-34)', () => {
    const at = (rate: number) =>
      pathOn(bowl(), 'sgd', { ...defaultSettings(), start: [1, 0.2], rate, steps: 60 });
    const below = at(0.079);
    expect(below.left).toBeNull();
    expect(below.points).toHaveLength(61);
    expect(below.points.at(-1)!.loss).toBeLessThan(below.points[0]!.loss / 10);
    const above = at(0.09);
    expect(above.left!.step).toBe(above.points.length);
    expect(Math.abs(above.left!.place[1])).toBeGreaterThan(1);
    const told = summaryOf({ ...defaultSettings(), start: [1, 0.2], rate: 0.09 }, [above]);
    expect(told).toContain(`flies off the recorded surface at step ${above.left!.step}`);
  });

  it('is gone down by the known recurrences (N-32)', () => {
    const settings = { ...defaultSettings(), start: [1, 0.2] as const, rate: 0.01, steps: 1 };
    const [, sgd] = pathOn(bowl(), 'sgd', { ...settings, decay: 0.5 }).points;
    expect(sgd!.place[0]).toBeCloseTo(1 - 0.01 * 0.5 - 0.01 * 1, 12);
    expect(sgd!.place[1]).toBeCloseTo(0.2 - 0.01 * 0.5 * 0.2 - 0.01 * 5, 12);
    // The first step of Adam is the learning rate, whatever the gradient.
    const [, adam] = pathOn(bowl(), 'adamw', settings).points;
    expect(adam!.place[0]).toBeCloseTo(1 - settings.adamRate, 6);
    expect(adam!.place[1]).toBeCloseTo(0.2 - settings.adamRate, 6);
    const moving = pathOn(bowl(), 'momentum', { ...settings, steps: 2 }).points;
    const v1 = 1;
    const v2 = 0.9 * v1 + (1 - 0.01);
    expect(moving[2]!.place[0]).toBeCloseTo(1 - 0.01 * v1 - 0.01 * v2, 12);
  });

  it('is told apart by batches where a step takes one of them', () => {
    const settings = { ...defaultSettings(), steps: 8 };
    const [full, mini] = [settings, { ...settings, batch: 'mini' as const }].map((one) =>
      pathOn(surface, 'sgd', one),
    );
    expect(distanceBetween(full!, mini!)).toBeGreaterThan(0.01);
    expect(full!.points[0]).toEqual(mini!.points[0]);
  });
});

describe('the sentences', () => {
  it('say where each path ends, and when it ends above its start (N-34)', () => {
    const settings = { ...defaultSettings(), start: [0, 0] as const };
    const point = (loss: number) => ({ place: [0, 0] as const, loss });
    const path = { name: 'adamw' as const, points: [point(1), point(2)], left: null };
    expect(summaryOf(settings, [path])).toMatch(
      /^From a = 0\.00, b = 0\.00, loss 1\.00, 40 steps .* AdamW .* ends at a loss of 2\.00, above where it began\.$/,
    );
    expect(summaryOf(settings, [])).toContain('No path is shown.');
    expect(computedWords([{ name: 'sgd', apart: 0.00123 }])).toContain('0.0012 for SGD');
    expect(computedWords([])).toBe('');
  });
});
