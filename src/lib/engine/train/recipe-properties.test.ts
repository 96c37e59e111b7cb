/**
 * Random recipes on random models: each is refused with a sentence that names the field, or it trains, and what it
 * leaves behind is what it measured. A fixed seed, so that the suite does not change from day to day;
 * `npm run test:properties` takes many more cases from a new one.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Example, Task } from '../data/task.ts';
import { readArtifact, writeArtifact } from '../formats/artifact.ts';
import {
  LINEAR_MODULES,
  METHOD_KINDS,
  OPTIMISER_KINDS,
  parseRecipe,
  PLACEMENTS,
  QUANTISATIONS,
  RecipeError,
  SCALINGS,
  type Recipe,
} from '../formats/recipe.ts';
import { exportedTrainables } from '../methods/index.ts';
import { randomWeights, type BaseModel } from '../model/base-model.ts';
import { parseLlamaConfig } from '../model/config.ts';
import { createNodeRuntime } from '../runtime/node.ts';
import { characterTokenizer } from '../testing/tiny.ts';
import { evaluateArtifact } from './evaluate.ts';
import { runRecipe } from './trainer.ts';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 60);
const SEED = Number(process.env.PROPERTY_SEED ?? 1);
/** Time a case may take on a slow machine, in ms; the whole is bounded, not measured. */
const PATIENCE = 10_000;

/** Of a loss measured twice, in nats, or as a share of a larger one. */
const TOLERANCE = 1e-5;

/** Mostly within its limits: with twenty fields, one in sixty leaves most recipes whole. */
const mostly = <T, U>(valid: fc.Arbitrary<T>, ...others: fc.Arbitrary<U>[]) =>
  fc.oneof<fc.MaybeWeightedArbitrary<T | U>[]>(
    { weight: 60 * others.length, arbitrary: valid },
    ...others.map((arbitrary) => ({ weight: 1, arbitrary })),
  );
const nonsense = fc.constantFrom(-1, 0.5, 1e9, NaN, '8', null, true);
const whole = (min: number, max: number) => mostly(fc.integer({ min, max }), nonsense);
const real = (min: number, max: number) =>
  mostly(fc.double({ min, max, noNaN: true }), fc.constantFrom(-1, 1e9, NaN, '1', null));
/** Evenly over its powers of ten. */
const power = (min: number, max: number) =>
  fc.double({ min: Math.log10(min), max: Math.log10(max), noNaN: true }).map((x) => 10 ** x);
const pick = <T>(values: readonly T[]) =>
  mostly(fc.constantFrom(...values), fc.constantFrom('none', 7));

const methods: Record<(typeof METHOD_KINDS)[number], fc.Arbitrary<object>> = {
  full: fc.record({ kind: fc.constant('full'), frozenLayers: whole(0, 3) }),
  head: fc.record({ kind: fc.constant('head') }),
  lora: fc.record(
    {
      kind: fc.constant('lora'),
      rank: mostly(fc.integer({ min: 1, max: 9 }), nonsense, fc.constantFrom(64, 65)),
      alpha: mostly(power(0.01, 1024), nonsense),
      targets: mostly(
        fc.uniqueArray(fc.constantFrom(...LINEAR_MODULES), { minLength: 1 }),
        fc.constantFrom([], ['q_proj', 'q_proj'], ['c_attn']),
      ),
      dropout: real(0, 0.9),
      scaling: pick(SCALINGS),
      dora: fc.boolean(),
      plusRatio: mostly(power(1, 64), nonsense),
    },
    { requiredKeys: ['kind', 'rank', 'alpha', 'targets'] },
  ),
  adapter: fc.record({
    kind: fc.constant('adapter'),
    placement: pick(PLACEMENTS),
    reduction: whole(1, 9),
  }),
  prefix: fc.record({
    kind: fc.constant('prefix'),
    length: whole(1, 9),
    hidden: whole(1, 9),
  }),
  'p-tuning-v2': fc.record({ kind: fc.constant('p-tuning-v2'), length: whole(1, 9) }),
  ia3: fc.record({ kind: fc.constant('ia3') }),
  prompting: fc.record({
    kind: fc.constant('prompting'),
    shots: mostly(fc.integer({ min: 0, max: 2 }), fc.constantFrom(16, 17, -1)),
    template: mostly(fc.constantFrom(null, '{text} =', 'a {text}'), fc.constantFrom('', 3)),
  }),
};

const shared = {
  // A rate that makes losses overflow is the recipe's own fault; the run says so, and other tests see it.
  learningRate: mostly(power(1e-7, 0.05), nonsense),
  warmupSteps: whole(0, 3),
  finalFraction: real(0, 1),
  weightDecay: real(0, 1),
  clipNorm: mostly(power(0.001, 1000), nonsense),
};
const adam = {
  ...shared,
  beta1: real(0, 0.9999),
  beta2: real(0, 0.99999),
  epsilon: mostly(power(1e-12, 1), nonsense),
};
const optimisers: Record<(typeof OPTIMISER_KINDS)[number], fc.Arbitrary<object>> = {
  adamw: fc.record({ kind: fc.constant('adamw'), ...adam }),
  'adamw-8bit': fc.record({ kind: fc.constant('adamw-8bit'), ...adam }),
  sgd: fc.record({ kind: fc.constant('sgd'), ...shared, momentum: real(0, 0.9999) }),
};

const recipes = fc.record(
  {
    version: mostly(fc.constant(1), fc.constant(2)),
    base: fc.record({
      id: mostly(fc.constant('tiny'), fc.constant('../up')),
      weights: pick(['pretrained', 'random']),
    }),
    task: mostly(fc.constant('letters'), fc.constantFrom('', 5)),
    method: mostly(fc.oneof(...METHOD_KINDS.map((kind) => methods[kind])), fc.constant({})),
    quantisation: pick(QUANTISATIONS),
    optimiser: mostly(fc.oneof(...OPTIMISER_KINDS.map((kind) => optimisers[kind])), nonsense),
    batchSize: mostly(fc.integer({ min: 1, max: 5 }), nonsense, fc.constantFrom(0, 64, 65)),
    accumulation: mostly(fc.integer({ min: 1, max: 3 }), nonsense),
    recomputeActivations: mostly(fc.boolean(), fc.constant('yes')),
    sequenceLength: mostly(fc.integer({ min: 8, max: 20 }), nonsense, fc.constantFrom(7, 256, 257)),
    steps: mostly(fc.constant(2), fc.constantFrom(0, 2001, 1.5)),
    seed: whole(0, 0x7fffffff),
  },
  {
    // `accumulation` and `recomputeActivations` have a default.
    requiredKeys: [
      'version',
      'base',
      'task',
      'method',
      'quantisation',
      'optimiser',
      'batchSize',
      'sequenceLength',
      'steps',
      'seed',
    ],
  },
);

/** Grouped-query attention, head sizes apart from the width, odd widths, tied and untied embeddings. */
const configs = fc
  .record({
    groups: fc.integer({ min: 1, max: 3 }),
    keyValueHeads: fc.integer({ min: 1, max: 3 }),
    halfHead: fc.integer({ min: 1, max: 5 }),
    hidden: fc.integer({ min: 1, max: 40 }),
    intermediate: fc.integer({ min: 1, max: 48 }),
    /** Whole blocks everywhere, or integers would always be refused. */
    blocks: fc.boolean(),
    layers: fc.integer({ min: 1, max: 3 }),
    vocabulary: fc.integer({ min: 3, max: 60 }),
    tied: fc.boolean(),
    positions: fc.integer({ min: 16, max: 64 }),
  })
  .map(({ groups, keyValueHeads, halfHead, blocks, ...sizes }) =>
    parseLlamaConfig({
      model_type: 'llama',
      vocab_size: sizes.vocabulary,
      hidden_size: blocks ? 32 : sizes.hidden,
      intermediate_size: blocks ? 64 : sizes.intermediate,
      num_hidden_layers: sizes.layers,
      num_attention_heads: blocks ? 4 : groups * keyValueHeads,
      num_key_value_heads: blocks ? 2 : keyValueHeads,
      head_dim: blocks ? 8 : 2 * halfHead,
      max_position_embeddings: sizes.positions,
      tie_word_embeddings: sizes.tied,
      initializer_range: 0.3,
      bos_token_id: 1,
      pad_token_id: 0,
    }),
  );

const tasks = fc.record({
  id: fc.constant('letters'),
  title: fc.constant(''),
  description: fc.constant(''),
  template: fc.constantFrom('{text}', '{text}: a', 'of {text} is'),
  labels: fc.integer({ min: 2, max: 5 }).map((count) => [...'abcde'].slice(0, count)),
});

const texts = fc.array(fc.stringMatching(/^[a-z ]{1,12}$/), { minLength: 1, maxLength: 5 });

interface Case {
  base: BaseModel;
  task: Task;
  examples: Example[];
  input: unknown;
}

const cases = fc
  .record({ config: configs, task: tasks, texts, input: recipes })
  .map(({ config, task, texts: words, input }): Case => ({
    base: {
      id: 'tiny',
      config,
      tokenizer: characterTokenizer(config.vocabSize),
      weights: randomWeights(config, 3),
    },
    task,
    examples: words.map((text, index) => ({ text, label: index % task.labels.length })),
    input,
  }));

it(
  `E-12: a recipe is refused by a field's name, or trains, exports and is evaluated as it was measured (seed ${SEED})`,
  async () => {
    const runtime = await createNodeRuntime({ threads: 1 });
    const trained: Recipe[] = [];
    const refused: string[] = [];

    const check = async ({ base, task, examples, input }: Case) => {
      let recipe: Recipe;
      const shared = { runtime, base, task, train: examples };
      let result: Awaited<ReturnType<typeof runRecipe>>;
      try {
        recipe = parseRecipe(input);
        result = await runRecipe({ ...shared, validation: examples, recipe });
      } catch (error) {
        // Anything else is a fault of the engine, and the counterexample shows it.
        if (!(error instanceof RecipeError)) throw error;
        expect(error.message).toMatch(NAMES_A_FIELD);
        refused.push(error.message);
        return;
      }
      trained.push(recipe);
      const { artifact, trace, after, counts } = result;
      expect(trace).toHaveLength(recipe.method.kind === 'prompting' ? 0 : recipe.steps);
      for (const { loss, gradientNorm } of trace) {
        expect(loss).toSatisfy(Number.isFinite);
        expect(gradientNorm).toSatisfy(Number.isFinite);
      }

      const exported = exportedTrainables(base.config, recipe.method, task.labels.length);
      const parameters = readArtifact(artifact, exported);
      expect(parameters).toHaveLength(counts.kept);
      expect(writeArtifact(exported, parameters)).toEqual(artifact);

      const again = await evaluateArtifact({ ...shared, recipe, artifact, examples });
      expect(Math.abs(again.loss - after.loss)).toBeLessThanOrEqual(
        TOLERANCE * Math.max(1, after.loss),
      );
      expect(again.accuracy).toBe(after.accuracy);
    };

    await fc.assert(fc.asyncProperty(cases, check), { numRuns: RUNS, seed: SEED });

    // Neither half may be empty, nor any kind left out, or this would test less than it says.
    if (RUNS < 60) return;
    expect(refused.length).toBeGreaterThan(RUNS / 12);
    expect(trained.length).toBeGreaterThan(RUNS / 3);
    const kinds = (of: (recipe: Recipe) => string) => new Set(trained.map(of));
    expect(kinds(({ method }) => method.kind)).toEqual(new Set(METHOD_KINDS));
    expect(kinds(({ optimiser }) => optimiser.kind)).toEqual(new Set(OPTIMISER_KINDS));
    expect(kinds(({ quantisation }) => quantisation)).toEqual(new Set(QUANTISATIONS));
  },
  RUNS * PATIENCE,
);

/** `field.path: sentence` */
const NAMES_A_FIELD =
  /^(version|base|task|method|quantisation|optimiser|batchSize|accumulation|recomputeActivations|sequenceLength|steps|seed)(\.\w+)*: ./;
