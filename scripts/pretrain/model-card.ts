/**
 * Writes a base model's card, static/models/nano/README.md, from what its training and the accuracy evidence recorded,
 * so that no figure in it is typed by hand.
 *
 *   npm run model-card
 */
import { readFileSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';
import { NANO } from './nano.ts';

const FOLDER = 'static/models/nano';

const number = v.number();
const training = v.parse(
  v.object({
    parameters: number,
    corpusTokens: number,
    tokensSeen: number,
    steps: number,
    trainingSeconds: number,
    heldOutTokens: number,
    heldOutLoss: number,
    heldOutCurve: v.array(v.object({ step: number, loss: number })),
    seed: number,
    batch: v.object({ batch: number, length: number }),
    optimiser: v.looseObject({ learningRate: number, warmupSteps: number, weightDecay: number }),
  }),
  JSON.parse(readFileSync(`${FOLDER}/training.json`, 'utf8')),
);
const evidence = v.parse(
  v.object({
    takenAt: v.string(),
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
      }),
    ),
  }),
  JSON.parse(readFileSync('docs/evidence/3-accuracy.json', 'utf8')),
);

/** Whether training had stopped improving, in figures. */
function gainOfLastTenth(): string {
  const curve = training.heldOutCurve;
  const before = curve.findLast(({ step }) => step <= training.steps * 0.9);
  if (!before) return 'its course was not recorded';
  return `it fell by ${(before.loss - training.heldOutLoss).toFixed(3)} over the last ${count(training.steps - before.step)} steps`;
}

const count = (value: number) => value.toLocaleString('en');
const share = (value: number) => value.toFixed(3);
const methods = [...new Set(evidence.rows.map(({ method }) => method))];
const of = (method: string, weights: 'pretrained' | 'random') => {
  const row = evidence.rows.find(
    (r) => r.method === method && r.weights === weights && r.seed === 1,
  );
  if (!row) throw new Error(`the evidence has no row for ${method} from ${weights} weights`);
  return row;
};

const card = `# nano

A Llama-type language model of ${count(training.parameters)} parameters, pretrained by this project with its own engine
(\`npm run pretrain\`). It is made to be fine-tuned in a classroom, in a browser, within a minute. It knows dictionary
English and little else; it is no assistant and answers no questions.

| | |
| --- | --- |
| architecture | LlamaForCausalLM: ${NANO.num_hidden_layers} layers, width ${NANO.hidden_size}, ${NANO.num_attention_heads} heads, SwiGLU ${NANO.intermediate_size}, RoPE (rotate-half), tied embeddings |
| tokenizer | byte-level BPE, ${count(NANO.vocab_size)} entries, trained on the same text |
| weights | fp16 safetensors |
| corpus | WordNet 3.1: definitions, examples, and sentences that say what a thing is a kind of; ${count(training.corpusTokens)} tokens |
| left out | the reserved tenth of synsets, the only source of validation and private tests |
| tokens seen | ${count(training.tokensSeen)} in ${count(training.steps)} steps of ${training.batch.batch} × ${training.batch.length} |
| optimiser | AdamW, peak learning rate ${training.optimiser.learningRate}, ${training.optimiser.warmupSteps} warm-up steps, cosine decay, weight decay ${training.optimiser.weightDecay}, seed ${training.seed} |
| training time | ${Math.round(training.trainingSeconds / 60)} minutes on a CPU with two cores, shared with other work |
| held-out loss | ${training.heldOutLoss.toFixed(3)} nats per token on ${count(training.heldOutTokens)} tokens of reserved entries; ${gainOfLastTenth()} |

## What pretraining buys

Task \`definition-domain\` (12 labels, chance ${share(evidence.chance)}), ${count(evidence.steps)} steps of batch 16 with each method's default recipe,
trained in Chromium on WASM, scored on ${count(evidence.liveTestExamples)} private live-test examples. Seed 1; measured
${evidence.takenAt.slice(0, 10)} on ${evidence.device.cores} cores (${evidence.device.cpu}). Raw samples: \`docs/evidence/3-accuracy.json\`.

| method | trained parameters | from this checkpoint | from random weights | training time |
| --- | ---: | ---: | ---: | ---: |
${methods
  .map((method) => {
    const [trained, random] = [of(method, 'pretrained'), of(method, 'random')];
    return `| ${method} | ${count(trained.trainable)} | ${share(trained.liveTest)} | ${share(random.liveTest)} | ${trained.trainingSeconds.toFixed(0)} s |`;
  })
  .join('\n')}

Untuned, with a random head: ${share(of(methods[0]!, 'pretrained').validationBefore)} on validation.

## Licence

The weights are under the project's licence. WordNet 3.1 is © 2011 Princeton University; its licence permits use and
redistribution with its notice, which stands in \`NOTICE\` at the project's root.
`;
writeFileSync(`${FOLDER}/README.md`, card);
console.log(`wrote ${FOLDER}/README.md`);
