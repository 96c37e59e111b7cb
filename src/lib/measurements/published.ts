/**
 * What papers and projects have published of several methods on one model and one task: each set is one table of one
 * source, and comparable in itself alone. Types and figures; a test holds every source against the references that
 * lessons cite.
 */
import type { MethodKind } from '../engine/formats/recipe.ts';

export interface Citation {
  /** Key of the reference. */
  key: string;
  /** Table, section or file. */
  at: string;
  /** Authors and year, as a text names them. */
  short: string;
  url: string;
}

export interface PublishedPoint {
  id: string;
  label: string;
  /** Whose mark it has; null where the lab has no such method. */
  method: MethodKind | null;
  /** 0–1; a score in percent or BLEU, over a hundred. */
  score: number;
  trainable: number;
  trainableShare: number;
  /** Most bytes held on the GPU while training; null where the source has none for it. */
  bytes: number | null;
  stepSeconds: number | null;
}

export interface PublishedSet {
  id: string;
  title: string;
  model: string;
  /** What was trained for and how it was scored. */
  measure: string;
  /** How bytes and time came about, as a sentence; null where the source has neither. */
  cost: string | null;
  citation: Citation;
  points: readonly PublishedPoint[];
}

const HU = { key: 'hu-2021', short: 'Hu et al. 2021', url: 'https://arxiv.org/abs/2106.09685' };
const PEFT = {
  key: 'peft-comparison',
  short: 'Hugging Face PEFT 2025',
  url: 'https://github.com/huggingface/peft/tree/main/method_comparison/MetaMathQA',
};

/** [label, method, score in percent, trained parameters in millions] */
type Short = [label: string, method: MethodKind | null, percent: number, millions: number];
/** Shares are of the model with what the method adds, as everywhere here. */
function ofTable(millions: number, rows: readonly Short[]): PublishedPoint[] {
  return rows.map(([label, method, percent, trained]) => ({
    id: idOf(label),
    label,
    method,
    score: percent / 100,
    trainable: trained * 1e6,
    trainableShare: method === 'full' ? 1 : trained / (millions + trained),
    bytes: null,
    stepSeconds: null,
  }));
}

/** Llama-3.2-3B. */
const PEFT_BASE = 3_212_749_824;
type Measured = [
  label: string,
  method: MethodKind | null,
  score: number,
  trained: number,
  bytes: number | null,
  stepSeconds: number | null,
];
/** Seconds are sums of the files' "train time" of each interval over 5,000 steps; their whole `train_time` holds evaluation, too. */
function ofComparison(rows: readonly Measured[]): PublishedPoint[] {
  return rows.map(([label, method, score, trainable, bytes, stepSeconds]) => ({
    id: idOf(label),
    label,
    method,
    score,
    trainable,
    trainableShare: method === 'full' ? 1 : trainable / (PEFT_BASE + trainable),
    bytes,
    stepSeconds,
  }));
}

const idOf = (label: string) =>
  label
    .toLowerCase()
    .replace('³', '3')
    .replace(/[^a-z0-9]+/g, '-');

const GSM8K = 'GSM8K test accuracy after 5,000 steps of 4 texts of MetaMathQA, one seed';
const ON_L40S = 'Bytes are the most that PyTorch held; time is on an NVIDIA L40S.';

export const PUBLISHED_SETS: readonly PublishedSet[] = [
  {
    id: 'peft-2026',
    title: 'PEFT comparison, Llama-3.2-3B (July 2026)',
    model: 'Llama-3.2-3B',
    measure: GSM8K,
    cost: ON_L40S,
    citation: { ...PEFT, at: 'MetaMathQA results, July 2026' },
    points: ofComparison([
      ['Full', 'full', 0.472, PEFT_BASE, 38_868_615_168, 0.3624],
      ['LoRA r=32 q v', 'lora', 0.478, 9_175_040, 22.3e9, null],
      ['rsLoRA r=64 q v', 'lora', 0.513, 18_350_080, null, null],
      ['DoRA r=32 q v', 'lora', 0.469, 9_289_728, null, null],
      ['IA³, all layers', 'ia3', 0.455, 630_784, 26_145_193_984, 0.1315],
      ['Prefix n=50', 'prefix', 0.416, 2_867_200, null, null],
      ['VeRA r=256', null, 0.354, 129_024, null, null],
      ['P-tuning n=20', null, 0.35, 28_382_208, null, null],
      ['Prompt tuning n=200', null, 0.343, 614_400, null, null],
    ]),
  },
  {
    id: 'peft-2025',
    title: 'PEFT comparison, Llama-3.2-3B (June 2025)',
    model: 'Llama-3.2-3B',
    measure: GSM8K,
    cost: ON_L40S,
    citation: { ...PEFT, at: 'MetaMathQA results, June 2025' },
    points: ofComparison([
      ['Full', 'full', 0.5004, PEFT_BASE, 37_241_225_216, 0.3625],
      ['LoRA r=32 q v', 'lora', 0.4822, 9_175_040, 22_273_851_392, 0.1239],
      ['rsLoRA r=64 q v', 'lora', 0.5299, 18_350_080, 22_538_092_544, 0.126],
      ['Prefix n=200', 'prefix', 0.1471, 11_468_800, 20_912_799_744, 0.1096],
      ['VeRA r=256', null, 0.3685, 129_024, 21_596_471_296, 0.1292],
      ['P-tuning n=20', null, 0.3707, 28_382_208, 20_937_965_568, 0.1169],
      ['Prompt tuning n=200', null, 0.2525, 614_400, 24_408_752_128, 0.183],
    ]),
  },
  {
    id: 'gpt3-mnli',
    title: 'LoRA paper, GPT-3 175B on MNLI',
    model: 'GPT-3 175B',
    measure: 'MNLI matched validation accuracy',
    cost: null,
    citation: { ...HU, at: 'table 4' },
    points: ofTable(175_255.8, [
      ['Full', 'full', 89.5, 175_255.8],
      ['Adapter-H 40.1M', 'adapter', 91.5, 40.1],
      ['LoRA 4.7M', 'lora', 91.7, 4.7],
      ['LoRA 37.7M', 'lora', 91.6, 37.7],
    ]),
  },
  {
    id: 'gpt3-wikisql',
    title: 'LoRA paper, GPT-3 175B on WikiSQL',
    model: 'GPT-3 175B',
    measure: 'WikiSQL logical form validation accuracy',
    cost: null,
    citation: { ...HU, at: 'table 4' },
    points: ofTable(175_255.8, [
      ['Full', 'full', 73.8, 175_255.8],
      ['Adapter-H 40.1M', 'adapter', 73.2, 40.1],
      ['LoRA 4.7M', 'lora', 73.4, 4.7],
      ['LoRA 37.7M', 'lora', 74.0, 37.7],
    ]),
  },
  {
    id: 'roberta-glue',
    title: 'LoRA paper, RoBERTa base on GLUE',
    model: 'RoBERTa base',
    measure: 'average over eight GLUE tasks',
    cost: null,
    citation: { ...HU, at: 'table 2' },
    points: ofTable(125, [
      ['Full', 'full', 86.4, 125],
      ['Adapter-D 0.9M', 'adapter', 85.4, 0.9],
      ['LoRA 0.3M', 'lora', 87.2, 0.3],
    ]),
  },
  {
    id: 'gpt2-e2e',
    title: 'LoRA paper, GPT-2 medium on E2E',
    model: 'GPT-2 medium',
    measure: 'BLEU on E2E, over 100',
    cost: null,
    citation: { ...HU, at: 'table 3' },
    points: ofTable(354.92, [
      ['Full', 'full', 68.2, 354.92],
      ['Adapter 0.37M', 'adapter', 66.3, 0.37],
      ['Prefix 0.35M', 'prefix', 69.7, 0.35],
      ['LoRA 0.35M', 'lora', 70.4, 0.35],
    ]),
  },
];

export function publishedSet(id: string): PublishedSet {
  return PUBLISHED_SETS.find((set) => set.id === id) ?? PUBLISHED_SETS[0]!;
}
