/** The section of a model's card on what pretraining buys, from the accuracy evidence. */
import * as v from 'valibot';

const number = v.number();
const EvidenceSchema = v.object({
  takenAt: v.string(),
  task: v.string(),
  chance: number,
  liveTestExamples: number,
  steps: number,
  device: v.looseObject({ cpu: v.string(), cores: number }),
  rows: v.array(
    v.object({
      method: v.string(),
      weights: v.picklist(['pretrained', 'random']),
      seed: number,
      trainable: number,
      validationBefore: number,
      liveTest: number,
      trainingSeconds: number,
      recipe: v.looseObject({ base: v.looseObject({ id: v.string() }) }),
    }),
  ),
});

const count = (value: number) => value.toLocaleString('en');
const share = (value: number) => value.toFixed(3);

/**
 * @param json of `npm run evidence:accuracy`
 * @returns Markdown that ends with an empty line; nothing where the evidence has no row of the model
 */
export function evidenceOf(id: string, json: string): string {
  const evidence = v.parse(EvidenceSchema, JSON.parse(json));
  const rows = evidence.rows.filter(({ recipe, seed }) => recipe.base.id === id && seed === 1);
  if (rows.length === 0) return '';
  const of = (method: string, weights: 'pretrained' | 'random') => {
    const row = rows.find((each) => each.method === method && each.weights === weights);
    if (!row) throw new Error(`the evidence has no row for ${method} from ${weights} weights`);
    return row;
  };
  const methods = [...new Set(rows.map(({ method }) => method))];
  const lines = methods.map((method) => {
    const [trained, random] = [of(method, 'pretrained'), of(method, 'random')];
    return `| ${method} | ${count(trained.trainable)} | ${share(trained.liveTest)} | ${share(random.liveTest)} | ${trained.trainingSeconds.toFixed(0)} s |`;
  });
  return `## What pretraining buys

Task \`${evidence.task}\` (${Math.round(1 / evidence.chance)} labels, chance ${share(evidence.chance)}), ${count(evidence.steps)} steps of batch 16 with each method's default recipe,
trained in Chromium on WASM, scored on ${count(evidence.liveTestExamples)} private live-test examples. Seed 1; measured
${evidence.takenAt.slice(0, 10)} on ${evidence.device.cores} cores (${evidence.device.cpu}). Raw samples: \`docs/evidence/3-accuracy.json\`.

| method | trained parameters | from this checkpoint | from random weights | training time |
| --- | ---: | ---: | ---: | ---: |
${lines.join('\n')}

Untuned, with a random head: ${share(of(methods[0]!, 'pretrained').validationBefore)} on validation.

`;
}
