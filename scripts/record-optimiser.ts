/**
 * `npm run record:optimiser`: writes static/optimiser/, the loss of `nano` on a plane of its trained parameters. It
 * trains the plane's recipe on onnxruntime-node, takes the way from start to end as the first direction and the
 * sharpest direction at the start as the second, evaluates loss and gradient of four batches at every node of a grid,
 * and measures the interpolant between the nodes. About ten minutes on two cores.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomStream } from '../src/lib/engine/data/random.ts';
import { readArtifact } from '../src/lib/engine/formats/artifact.ts';
import { BatchGradient, dot, evaluateSlice } from '../src/lib/engine/inspect/slice.ts';
import { trainablesOf } from '../src/lib/engine/methods/index.ts';
import { createNodeRuntime } from '../src/lib/engine/runtime/node.ts';
import { runRecipe } from '../src/lib/engine/train/trainer.ts';
import {
  DIRECTIONS_PATH,
  fixedBatches,
  originOf,
  PLANE_RECIPE,
  readDirections,
  SURFACE_PATH,
  writeDirections,
} from '../src/lib/instruments/optimiser-paths/plane.ts';
import {
  endOf,
  nodesOf,
  Surface,
  type Axis,
  type SurfaceFile,
} from '../src/lib/instruments/optimiser-paths/surface.ts';
import { projectModel, projectTask } from '../bench/lib/project-files.ts';
import { root } from './lib/paths.mjs';

const A: Axis = { from: -1, step: 0.125, count: 41 };
const B: Axis = { from: -1.5, step: 0.1, count: 31 };
/** Of the power iteration, and how far it looks for the change of the gradient. */
const ITERATIONS = 30;
const APART = 0.01;
const CHECKED_POINTS = 100;
/** Decimals of what is written. */
const LOSS_DIGITS = 4;
const SLOPE_DIGITS = 3;

const runtime = await createNodeRuntime({ threads: 2 });
const base = await projectModel(PLANE_RECIPE.base.id);
const { task, train, validation } = await projectTask(PLANE_RECIPE.task);
const labels = task.labels.length;
const batches = fixedBatches(base, task, train);
const origin = originOf(base, labels);
const model = await BatchGradient.create(runtime, base, PLANE_RECIPE, labels);

/** Of the full batch, [P]. */
async function gradientAt(parameters: Float32Array): Promise<Float64Array> {
  const sum = new Float64Array(parameters.length);
  for (const batch of batches) {
    const { gradient } = await model.at(parameters, batch);
    gradient.forEach((value, index) => (sum[index]! += value / batches.length));
  }
  return sum;
}

const unit = (x: ArrayLike<number>) => {
  const length = Math.sqrt(dot(x, x));
  return Float32Array.from(x, (value) => value / length);
};
const along = (by: number, direction: ArrayLike<number>) =>
  origin.map((value, index) => value + by * direction[index]!);

/** Where the recipe's run went, as it is trained in the lab. */
async function wayOfRun(): Promise<Float32Array> {
  const run = await runRecipe({ runtime, base, task, train, validation, recipe: PLANE_RECIPE });
  console.log(`The run: accuracy ${run.after.accuracy}, loss ${run.after.loss}.`);
  const end = readArtifact(run.artifact, trainablesOf(base.config, PLANE_RECIPE.method, labels));
  return end.map((value, index) => value - origin[index]!);
}

/** Product of the Hessian at the origin with a vector, by central differences of the gradient. */
async function curved(direction: Float32Array): Promise<Float64Array> {
  const ahead = await gradientAt(along(APART, direction));
  const behind = await gradientAt(along(-APART, direction));
  return ahead.map((value, index) => (value - behind[index]!) / (2 * APART));
}

/** The Hessian's leading eigenvector at the origin that is orthogonal to `other`. */
async function sharpest(other: Float32Array): Promise<Float32Array> {
  const random = randomStream(PLANE_RECIPE.seed, 'sharpest');
  const apartFrom = (x: ArrayLike<number>) => {
    const shared = dot(x, other);
    return unit(Float64Array.from(x, (value, index) => value - shared * other[index]!));
  };
  let direction = apartFrom(Float64Array.from(origin, () => random.normal()));
  for (let k = 0; k < ITERATIONS; k++) direction = apartFrom(await curved(direction));
  return direction;
}

const way = await wayOfRun();
const first = unit(way);
const file = writeDirections([first, await sharpest(first)]);
// What is shipped is rounded; the surface is that of the shipped directions.
const directions = readDirections(file);
const plane = { origin, directions };
const curvature = dot(await curved(directions[1]), directions[1]);
console.log(`Length ${Math.sqrt(dot(way, way))}, curvature ${curvature}.`);

const rounded = (value: number, digits: number) => Number(value.toFixed(digits));
const grids = batches.map((): SurfaceFile['batches'][number] => ({ loss: [], a: [], b: [] }));
for (const b of nodesOf(B)) {
  for (const a of nodesOf(A))
    for (const [index, value] of (await evaluateSlice(model, plane, batches, [a, b])).entries()) {
      grids[index]!.loss.push(rounded(value.loss, LOSS_DIGITS));
      grids[index]!.a.push(rounded(value.gradient[0], SLOPE_DIGITS));
      grids[index]!.b.push(rounded(value.gradient[1], SLOPE_DIGITS));
    }
  console.log(`b = ${b.toFixed(2)} of ${endOf(B).toFixed(2)}`);
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const checkpoint = join(root, 'static/models', PLANE_RECIPE.base.id, 'model.safetensors');
const surface: SurfaceFile = {
  recipe: PLANE_RECIPE,
  checkpoint: sha256(await readFile(checkpoint)),
  directions: sha256(file),
  parameters: model.size,
  texts: batches.reduce((sum, { count }) => sum + count, 0),
  end: rounded(dot(way, directions[0]), 4),
  curvature: rounded(curvature, 2),
  error: { points: CHECKED_POINTS, loss: 0, gradient: 0 },
  a: A,
  b: B,
  batches: grids,
};

const interpolant = new Surface(surface);
const random = randomStream(PLANE_RECIPE.seed, 'checked points');
for (let point = 0; point < CHECKED_POINTS; point++) {
  const within = ({ step, count }: Axis, from: number) =>
    from + random.uniform() * step * (count - 1);
  const place = [within(A, A.from), within(B, B.from)] as const;
  for (const [batch, real] of (await evaluateSlice(model, plane, batches, place)).entries()) {
    const { loss, gradient } = interpolant.at(place, batch);
    const apart = gradient.map((value, index) => value - real.gradient[index]!);
    const { error } = surface;
    error.loss = Math.max(error.loss, Math.abs(loss - real.loss));
    error.gradient = Math.max(error.gradient, Math.hypot(...apart));
  }
}
surface.error.loss = rounded(surface.error.loss, 4);
surface.error.gradient = rounded(surface.error.gradient, 3);
console.log('Largest error between the nodes:', surface.error);
await model.release();

await mkdir(join(root, 'static/optimiser'), { recursive: true });
await writeFile(join(root, 'static', DIRECTIONS_PATH), file);
await writeFile(join(root, 'static', SURFACE_PATH), `${JSON.stringify(surface)}\n`);
