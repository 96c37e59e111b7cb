/**
 * How exact the engine is, figure by figure: gradients beside finite differences in float64, fifty steps beside
 * PyTorch's, NF4 beside its reference bit by bit, merged models beside base and adapter, and what Python peft made of
 * the exported adapters. The references are fixtures; scripts/fixtures says how each was made.
 *
 *   npm run evidence:exact
 *
 * Writes docs/evidence/4-exact.json, and fails where a tolerance is not kept.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { QUANTISATIONS } from '../../src/lib/engine/formats/recipe.ts';
import { createNodeRuntime } from '../../src/lib/engine/runtime/node.ts';
import { MERGED, mergeDifference } from '../../src/lib/engine/testing/merging.ts';
import { compareNf4, type Nf4Reference } from '../../src/lib/engine/testing/nf4-reference.ts';
import {
  largestRelative,
  trace,
  TRAJECTORIES,
  type Trajectory,
} from '../../src/lib/engine/testing/trajectories.ts';
import { GRADIENT_METHODS, wholeModelError } from '../../src/lib/engine/testing/whole-model.ts';
import { describeRun, writeEvidence } from '../../scripts/lib/evidence.mjs';
import { projectModel, projectTask } from '../lib/project-files.ts';

/** The gradient's relative L2 error; losses' and norms' relative difference; logits' difference. */
const TOLERANCE = { gradient: 1e-7, trajectory: 1e-4, merge: 1e-5, peft: 1e-4 };

const fixture = async <T>(path: string) =>
  JSON.parse(await readFile(`tests/fixtures/${path}`, 'utf8')) as T;
const largest = (values: readonly number[]) => Math.max(...values);

const runtime = await createNodeRuntime({ threads: 1 });
const base = await projectModel('nano');
const data = await projectTask('definition-domain');

const gradients = await gradientErrors();
const trajectories = await trajectoryDifferences();
const nf4 = await nf4Bits();
const merges = await mergeDifferences();
const peft = await fixture<PeftChecks>('peft/checked.json');

const summary = {
  largestGradientError: largest(gradients.map(({ error }) => error)),
  largestLossDifference: largest(trajectories.map(({ lossDifference }) => lossDifference)),
  nf4Differing: nf4.differing.length,
  largestMergeDifference: largest(merges.map(({ merged }) => merged)),
  largestPeftDifference: largest(Object.values(peft.adapters).map((a) => a.largestDifference)),
};
await writeEvidence('4-exact.json', {
  ...describeRun(),
  tolerance: TOLERANCE,
  summary,
  gradients,
  trajectories,
  nf4,
  merges,
  peft,
});
const within =
  summary.largestGradientError < TOLERANCE.gradient &&
  summary.largestLossDifference < TOLERANCE.trajectory &&
  summary.nf4Differing === 0 &&
  summary.largestMergeDifference < TOLERANCE.merge &&
  summary.largestPeftDifference < TOLERANCE.peft;
console.log(summary, within ? 'within the tolerances' : 'OUTSIDE a tolerance');
process.exit(within ? 0 : 1);

/** Every method on fp32 and, where it freezes the base, on every other format, activations kept and computed again. */
async function gradientErrors() {
  const rows = [];
  for (const [name, method] of Object.entries(GRADIENT_METHODS))
    for (const quantisation of method.kind === 'full' ? (['fp32'] as const) : QUANTISATIONS)
      for (const recomputeActivations of [false, true]) {
        const check = { method, quantisation, recomputeActivations };
        const error = await wholeModelError(runtime, check);
        rows.push({ name, quantisation, recomputeActivations, error });
        console.log(
          `gradient   ${name.padEnd(26)} ${quantisation.padEnd(10)} ${error.toExponential(1)}`,
        );
      }
  return rows;
}

async function trajectoryDifferences() {
  const rows = [];
  for (const [name, recipe] of Object.entries(TRAJECTORIES)) {
    const reference = await fixture<Trajectory & { versions: Record<string, string> }>(
      `trajectories/${name}.json`,
    );
    const ours = await trace(runtime, base, data, recipe);
    const lossDifference = largestRelative(ours.losses, reference.losses);
    const normDifference = largestRelative(ours.gradientNorms, reference.gradientNorms);
    const { versions } = reference;
    rows.push({ name, versions, recipe, lossDifference, normDifference, losses: ours.losses });
    console.log(`trajectory ${name.padEnd(26)} ${lossDifference.toExponential(1)}`);
  }
  return rows;
}

/** The reference is our reimplementation of bitsandbytes' procedure, not its binary: see the fixture's script. */
async function nf4Bits() {
  const reference = await fixture<Nf4Reference & { made: string }>('nf4/reference.json');
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const compared = compareNf4(reference, base.weights, digest);
  const differing = compared.filter(({ equal }) => !equal).map(({ name }) => name);
  console.log(`NF4        ${compared.length} results compared, ${differing.length} differ`);
  const { made, torch, differences } = reference;
  return { reference: made, torch, compared: compared.length, differing, differences };
}

async function mergeDifferences() {
  const rows = [];
  for (const [name, method] of Object.entries(MERGED))
    for (const quantisation of QUANTISATIONS) {
      const { merged, base: unadapted } = await mergeDifference(runtime, method, quantisation);
      rows.push({ name, quantisation, merged, withoutAdapter: unadapted });
      console.log(
        `merge      ${name.padEnd(26)} ${quantisation.padEnd(10)} ${merged.toExponential(1)}`,
      );
    }
  return rows;
}

interface PeftChecks {
  versions: Record<string, string>;
  adapters: Record<string, { largestDifference: number; sha256: string }>;
  bad: Record<string, string>;
}
