/**
 * What the course and the papers claim, held against the table. Each verdict follows from the figures by the rule
 * written here; the reasons say what of the claim depends on a model's size and what does not.
 */
import type { ClaimRow, MethodRow } from '../../src/lib/measurements/report.ts';
import { mean } from '../lib/statistics.ts';

const COURSE = 'Course page';
/** A share or an accuracy counts as reproduced within this factor or these points. */
const SHARE_FACTOR = 1.5;
const POINTS = 0.05;
/** Differences below this are within what 600 examples can tell: one standard error of an accuracy of 0.8. */
const NOISE = 0.016;

type Verdict = ClaimRow['verdict'];

export function judgeClaims(rows: readonly MethodRow[]): ClaimRow[] {
  const row = (id: string) => {
    const found = rows.find((candidate) => candidate.id === id);
    if (!found) throw new Error(`the table has no ${id}`);
    return found;
  };
  const on = (id: string, task: string) => {
    const found = row(id).tasks.find((candidate) => candidate.task === task);
    if (!found) throw new Error(`the table has no ${id} on ${task}`);
    return found;
  };
  const taskIds = row('full').tasks.map(({ task }) => task);

  return [
    ...shareClaims(row),
    ...qualityClaims(row),
    ...memoryClaims(row),
    ...comparisons(row, on, taskIds),
  ];
}

type Row = (id: string) => MethodRow;

function shareClaims(row: Row): ClaimRow[] {
  const because =
    'A method adds a few columns to matrices as wide as the model, so its share falls as the model widens: ' +
    'rank 8 is 12.5 % of a matrix 128 wide and 0.4 % of one 4,096 wide.';
  const claim = (id: string, name: string, claimed: number, share: number): ClaimRow => ({
    id: `share-${id}`,
    source: COURSE,
    claim: `${name} trains about ${percent(claimed, 1)} of the parameters.`,
    measured: `${percent(share, 2)} of nano`,
    verdict:
      share < claimed * SHARE_FACTOR && share > claimed / SHARE_FACTOR
        ? 'reproduced'
        : 'not reproduced',
    because,
  });
  return [
    claim('adapter', 'An adapter', 0.03, row('pfeiffer').trainableShare),
    claim('lora', 'LoRA', 0.005, row('lora').trainableShare),
    claim('qlora', 'QLoRA', 0.005, row('qlora').trainableShare),
    claim('prefix', 'Prefix tuning', 0.001, row('prefix').keptShare),
    claim('p-tuning-v2', 'P-Tuning v2', 0.002, row('p-tuning-v2').keptShare),
  ];
}

function qualityClaims(row: Row): ClaimRow[] {
  const claim = (id: string, name: string, claimed: number): ClaimRow => {
    const relatives = row(id).tasks.map(({ relative }) => relative);
    const within = relatives.filter((value) => Math.abs(value - claimed) <= POINTS).length;
    const above = relatives.filter((value) => value > claimed + POINTS).length;
    return {
      id: `quality-${id}`,
      source: COURSE,
      claim: `${name} reaches ${percent(claimed, 0)} of full fine-tuning's performance.`,
      measured: `${relatives.map((value) => percent(value, 1)).join(', ')} on the ${relatives.length} tasks`,
      verdict: of(within, relatives.length),
      because:
        `Within five points of the claim on ${within} of ${relatives.length} tasks, more than five above it on ${above}. ` +
        'How much of full a method reaches depends on how far the task is from what the base has read: no one figure holds for all tasks.',
    };
  };
  return [
    claim('pfeiffer', 'An adapter', 0.9),
    claim('lora', 'LoRA', 0.95),
    claim('qlora', 'QLoRA', 0.92),
    claim('prefix', 'Prefix tuning', 0.8),
  ];
}

function memoryClaims(row: Row): ClaimRow[] {
  const saved = (id: string) => 1 - row(id).bytesRelative;
  const full = row('full');
  const { frozen, quantised, trainable, gradients, optimiser, activations } = full.memory;
  const model = frozen + quantised + trainable;
  const withoutActivations = (model + gradients + optimiser) / model;
  const claim = (id: string, name: string, claimed: number): ClaimRow => ({
    id: `memory-${id}`,
    source: COURSE,
    claim: `${name} saves ${percent(claimed, 0)} of full fine-tuning's memory.`,
    measured: `${percent(saved(id), 0)} of the counted bytes of a step`,
    verdict: Math.abs(saved(id) - claimed) <= POINTS ? 'reproduced' : 'not reproduced',
    because:
      'What a method saves are gradients and optimiser state. Activations stay, and in a small model with batches ' +
      `of 16 they are ${percent(activations / full.bytes, 0)} of full's step; in a model of billions of weights they are the smaller part.`,
  });
  return [
    claim('pfeiffer', 'An adapter', 0.75),
    claim('lora', 'LoRA', 0.85),
    claim('qlora', 'QLoRA', 0.92),
    claim('prefix', 'Prefix tuning', 0.95),
    {
      id: 'memory-full',
      source: COURSE,
      claim: "Full fine-tuning needs three to four times the model's size in memory.",
      measured: `${withoutActivations.toFixed(1)} times without activations, ${(full.bytes / model).toFixed(1)} times with them`,
      verdict:
        withoutActivations >= 2.9 && withoutActivations <= 4.1 ? 'reproduced' : 'not reproduced',
      because:
        'Weights, gradients and two moments in the same precision are four times the weights at any size; activations come on top and depend on batch and length.',
    },
    {
      id: 'memory-lora-gpt3',
      source: 'LoRA, Hu et al. 2021, abstract',
      claim: 'LoRA needs a third of the GPU memory of full fine-tuning with Adam (GPT-3 175B).',
      measured: `${percent(row('lora').bytesRelative, 0)} of full's counted bytes`,
      verdict:
        Math.abs(row('lora').bytesRelative - 1 / 3) <= POINTS ? 'reproduced' : 'not reproduced',
      because:
        'As above: the optimiser state is spared at any size, but here activations are a larger part of the whole.',
    },
  ];
}

function comparisons(
  row: Row,
  on: (id: string, task: string) => MethodRow['tasks'][number],
  taskIds: readonly string[],
): ClaimRow[] {
  const average = (id: string) => mean(row(id).tasks.map(({ accuracy }) => accuracy));
  const atLeast = (id: string, other: string, slack = NOISE) =>
    taskIds.filter((task) => on(id, task).accuracy >= on(other, task).accuracy - slack);
  const learnsLess = taskIds.filter((t) => on('lora', t).accuracy < on('full', t).accuracy);
  const forgetsLess = taskIds.filter((t) => on('lora', t).forgetting < on('full', t).forgetting);
  const pairOf = (id: string, other: string) =>
    `${average(id).toFixed(3)} and ${average(other).toFixed(3)} on average over the tasks`;
  const lowData = 'part-of-speech';
  const prefixGain = on('prefix', lowData).accuracy - on('full', lowData).accuracy;
  const houlsby = atLeast('houlsby', 'full', 0.004);
  const pTuning = atLeast('p-tuning-v2', 'full');
  const r1 = atLeast('lora-r1', 'lora');
  const qlora = atLeast('qlora', 'lora');
  const dora = taskIds.filter((t) => on('dora', t).accuracy > on('lora', t).accuracy + NOISE);
  const compute = row('lora').multiplicationsRelative;
  const n = taskIds.length;
  const time = (id: string) => row(id).stepMilliseconds ?? NaN;
  const speeds = Object.entries({ pfeiffer: 0.67, lora: 0.95, qlora: 0.98, prefix: 0.99 }).map(
    ([id, claimed]) => ({ claimed, saved: 1 - time(id) / time('full') }),
  );
  return [
    {
      id: 'houlsby-close',
      source: 'Houlsby et al. 2019',
      claim:
        'Adapters come within 0.4 % of full fine-tuning on GLUE with 3.6 % of the parameters a task.',
      measured: `${pairOf('houlsby', 'full')}, with ${percent(row('houlsby').trainableShare, 1)}; at least full's less 0.4 points on ${houlsby.length} of ${n} tasks`,
      verdict: of(houlsby.length, n),
      because: 'The claim is of a base of 330 M parameters that already holds what the tasks need.',
    },
    {
      id: 'lora-r1',
      source: 'LoRA, Hu et al. 2021, table 6',
      claim: 'Rank 1 does about as well as rank 8 (WikiSQL 73.4 and 73.8).',
      measured: `${pairOf('lora-r1', 'lora')}; at least as good, to 1.6 points, on ${r1.length} of ${n} tasks`,
      verdict: of(r1.length, n),
      because:
        'Near what the base has read, one direction a matrix is nearly enough; far from it, it is not.',
    },
    {
      id: 'p-tuning-matches',
      source: 'P-Tuning v2, Liu et al. 2022',
      claim: 'P-Tuning v2 matches full fine-tuning with 0.1–3 % of the parameters.',
      measured: `${pairOf('p-tuning-v2', 'full')}, with ${percent(row('p-tuning-v2').keptShare, 2)}; at least full's less 1.6 points on ${pTuning.length} of ${n} tasks`,
      verdict: of(pTuning.length, n),
      because:
        'The paper finds it from 330 M parameters on and with longer training; this base has 1.3 M and 300 steps.',
    },
    {
      id: 'prefix-little-data',
      source: 'Prefix-tuning, Li & Liang 2021',
      claim: 'With little data prefix tuning does better than full fine-tuning.',
      measured: `${on('prefix', lowData).accuracy.toFixed(3)} and ${on('full', lowData).accuracy.toFixed(3)} on ${lowData} (200 training examples)`,
      verdict: prefixGain > NOISE ? 'reproduced' : 'not reproduced',
      because:
        'Fewer trained parameters can fit less noise, if the base knows enough for them to be enough.',
    },
    {
      id: 'learns-less',
      source: 'LoRA Learns Less and Forgets Less, Biderman et al. 2024',
      claim: 'LoRA learns less than full fine-tuning and forgets less.',
      measured: `learns less on ${learnsLess.length} of ${n} tasks, forgets less on ${forgetsLess.length}: general English rises by ${taskIds.map((t) => on('lora', t).forgetting.toFixed(2)).join(', ')} nats with LoRA and ${taskIds.map((t) => on('full', t).forgetting.toFixed(2)).join(', ')} with full`,
      verdict: of(learnsLess.length + forgetsLess.length, 2 * n),
      because:
        "The further a task is from the base, the further full fine-tuning moves every weight; an update of low rank cannot learn as much. What is forgotten follows the learning rate as well, and LoRA's default is six times full's here.",
    },
    {
      id: 'full-forgets-less',
      source: "PEFT's method comparison (Llama-3.2-3B, MetaMathQA)",
      claim: 'Full fine-tuning forgets less than LoRA (0.030 and 0.050).',
      measured: `on ${n - forgetsLess.length} of ${n} tasks`,
      verdict: of(n - forgetsLess.length, n),
      because:
        "Which of the two forgets more follows from the learning rates: LoRA's is the higher one there and here. There the task is English, too.",
    },
    {
      id: 'lora-compute',
      source: 'LoRA Without Regret, 2025',
      claim: "LoRA takes about two thirds of full fine-tuning's compute.",
      measured: `${percent(compute, 0)} of the multiplications of a step`,
      verdict: Math.abs(compute - 2 / 3) <= POINTS ? 'reproduced' : 'not reproduced',
      because:
        'Forward, and backward to the inputs, stay; of the three products of a layer the one for its weights is spared. In a small model the factors themselves cost something, and the embedding of full fine-tuning costs much.',
    },
    {
      id: 'qlora-matches',
      source: 'QLoRA, Dettmers et al. 2023',
      claim:
        'Four-bit NF4 with double quantisation loses nothing against LoRA on an unquantised base.',
      measured: `${pairOf('qlora', 'lora')}; at least as good, to 1.6 points, on ${qlora.length} of ${n} tasks`,
      verdict: of(qlora.length, n),
      because:
        'The factors are trained against the rounded weights and can make up for much of their error.',
    },
    {
      id: 'dora-better',
      source: 'DoRA, Liu et al. 2024',
      claim: 'DoRA does better than LoRA (LLaMA-7B, commonsense: 78.4 and 74.7).',
      measured: `${pairOf('dora', 'lora')}; better by more than 1.6 points on ${dora.length} of ${n} tasks`,
      verdict: of(dora.length, n),
      because:
        'With rank 8 of a width of 128 the factors can turn and stretch much of a matrix themselves; in 4,096 they cannot.',
    },
    {
      id: 'efficiency',
      source: COURSE,
      claim: 'Parameter and speed efficiency: adapters 67, LoRA 95, QLoRA 98, prefix tuning 99 %.',
      measured: `time of a step relative to full's: ${speeds.map(({ saved }) => percent(1 - saved, 0)).join(', ')}`,
      verdict: of(
        speeds.filter(({ saved, claimed }) => Math.abs(saved - claimed) <= POINTS).length,
        speeds.length,
      ),
      because:
        'The page gives the figures no unit and says of no measurement. The time of a step is the nearest thing that can be measured, and it does not fall to a few per cent: the forward pass stays.',
    },
  ];
}

function of(count: number, all: number): Verdict {
  if (count === all) return 'reproduced';
  return count === 0 ? 'not reproduced' : 'in part';
}

function percent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)} %`;
}
