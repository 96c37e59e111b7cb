/**
 * Writes a base model's card, static/models/<model>/README.md, from what its training and the accuracy evidence
 * recorded, so that no figure in it is typed by hand.
 *
 *   npm run model-card -- --model nano|small
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { evidenceOf } from './card-evidence.ts';
import { planOf } from './plans.ts';
import { readTrainingRecord, type TrainingRecord } from './training-record.ts';

const { values: options } = parseArgs({ options: { model: { type: 'string', default: 'nano' } } });
const { id, config } = planOf(options.model);
const folder = join('static/models', id);
const training = readTrainingRecord(folder);
const { grownFrom } = training;

const count = (value: number) => value.toLocaleString('en');
const batch = `${training.batch.batch} × ${training.batch.length}`;

/** Whether training had stopped improving, in figures. */
function gainOfLastTenth({ heldOutCurve, heldOutLoss, steps }: TrainingRecord): string {
  const before = heldOutCurve.findLast(({ step }) => step <= steps * 0.9);
  if (!before) return 'its course was not recorded';
  const change = before.loss - heldOutLoss;
  return `it ${change < 0 ? 'rose' : 'fell'} by ${Math.abs(change).toFixed(3)} over the last ${count(steps - before.step)} steps`;
}

const origin = grownFrom
  ? `
It was not trained from nothing: its first weights are those of \`${grownFrom.id}\` (${count(grownFrom.parameters)} parameters), doubled in
width without changing what the model computes (\`scripts/pretrain/grow.ts\`; Net2Net, Chen et al. 2016,
arXiv:1511.05641), and then trained on. It has ${grownFrom.id}'s tokenizer.
`
  : '';

const tokens = grownFrom
  ? `${count(training.tokensSeen)} in ${count(training.steps)} steps of ${batch}, after ${grownFrom.id}'s ${count(grownFrom.tokensSeen)} in ${count(grownFrom.steps)}`
  : `${count(training.tokensSeen)} in ${count(training.steps)} steps of ${batch}`;

const ancestor = grownFrom
  ? `; ${grownFrom.id} has ${grownFrom.heldOutLoss.toFixed(3)} on the same tokens`
  : '';

/** An export made on the way says so. */
const unfinished =
  training.plannedSteps && training.plannedSteps > training.steps
    ? `\nThis is a snapshot: ${count(training.steps)} of ${count(training.plannedSteps)} planned steps are done, and the learning rate has not come down yet.\n`
    : '';

const card = `# ${id}

A Llama-type language model of ${count(training.parameters)} parameters, pretrained by this project with its own engine
(\`npm run pretrain -- --model ${id}\`). It is made to be fine-tuned in a classroom, in a browser, within minutes. It knows
dictionary English and little else; it is no assistant and answers no questions.
${origin}${unfinished}
| | |
| --- | --- |
| architecture | LlamaForCausalLM: ${config.num_hidden_layers} layers, width ${config.hidden_size}, ${config.num_attention_heads} heads, SwiGLU ${config.intermediate_size}, RoPE (rotate-half), tied embeddings |
| tokenizer | byte-level BPE, ${count(config.vocab_size)} entries, trained on the same text |
| weights | fp16 safetensors |
| corpus | WordNet 3.1: definitions, examples, and sentences that say what a thing is a kind of; ${count(training.corpusTokens)} tokens |
| left out | the reserved tenth of synsets, the only source of validation and private tests |
| tokens seen | ${tokens} |
| optimiser | AdamW, peak learning rate ${training.optimiser.learningRate}, ${training.optimiser.warmupSteps} warm-up steps, cosine decay, weight decay ${training.optimiser.weightDecay}, seed ${training.seed} |
| training time | ${Math.round(training.trainingSeconds / 60)} minutes on a CPU with two cores, shared with other work |
| held-out loss | ${training.heldOutLoss.toFixed(3)} nats per token on ${count(training.heldOutTokens)} tokens of reserved entries; ${gainOfLastTenth(training)}${ancestor} |

${evidenceOf(id, readFileSync('docs/evidence/3-accuracy.json', 'utf8'))}## Licence

The weights are under the project's licence. WordNet 3.1 is © 2011 Princeton University; its licence permits use and
redistribution with its notice, which stands in \`NOTICE\` at the project's root.
`;
writeFileSync(join(folder, 'README.md'), card);
console.log(`wrote ${join(folder, 'README.md')}`);
