/**
 * The decision guide: from the resources at hand to a method, with reasons. A pure function; what memory a method
 * takes is counted elsewhere (`compile/guide-memory.ts`) and given to it.
 */
export const GUIDE_METHODS = ['lora', 'qlora', 'adapter', 'prefix', 'full', 'prompting'] as const;
export type GuideMethod = (typeof GUIDE_METHODS)[number];

/** Bytes that adapting a model takes on the GPU. */
export interface MethodMemory {
  /** As stored: 16 bits each, or NF4 with double quantisation; trained ones in 32 bits. */
  weights: number;
  /** Gradients and optimiser state of what is trained. */
  training: number;
  activations: number;
  /** Parameters that are kept for each task. */
  kept: number;
}

export interface GuideMemory {
  /** Parameters of the model, and the tokens of one text. */
  parameters: number;
  tokens: number;
  methods: Record<GuideMethod, MethodMemory>;
}

export interface Situation {
  /** Gigabytes (10⁹ bytes) of one GPU. */
  memory: number;
  /** Labelled examples for training. */
  examples: number;
  /** Tasks that one deployment serves. */
  tasks: number;
  /** `strict`: a request may not take longer than the base model's. */
  latency: 'relaxed' | 'strict';
}

export interface Reason {
  speaks: 'for' | 'against';
  text: string;
}

export interface Advice {
  method: GuideMethod;
  label: string;
  bytes: number;
  fits: boolean;
  reasons: Reason[];
}

export const GUIDE_LABELS: Record<GuideMethod, string> = {
  full: 'Full fine-tuning',
  lora: 'LoRA',
  qlora: 'QLoRA',
  adapter: 'Adapters',
  prefix: 'Prefix tuning',
  prompting: 'Prompting',
};

/** Fewer examples than this make a training run that cannot be told from luck. */
const TOO_FEW = 50;
const FEW = 1000;
/** From here on there is enough to move a whole model. */
const PLENTY = 50_000;
const GB = 1e9;

interface Weighed extends Reason {
  weight: number;
}
const pro = (weight: number, text: string): Weighed => ({ speaks: 'for', weight, text });
const con = (weight: number, text: string): Weighed => ({
  speaks: 'against',
  weight: -weight,
  text,
});

export const bytesNeeded = ({ weights, training, activations }: MethodMemory) =>
  weights + training + activations;

/** Every method, the best for the situation first, equals in the order of the list; those that do not fit stand last. */
export function advise(situation: Situation, memory: GuideMemory): Advice[] {
  return GUIDE_METHODS.map((method) => {
    const bytes = bytesNeeded(memory.methods[method]);
    const fits = bytes <= situation.memory * GB;
    const reasons = [
      ...ofMemory(method, bytes, situation, memory),
      ...ofData(method, situation.examples),
      ...ofTasks(method, memory.methods[method], situation.tasks),
      ...ofLatency(method, situation),
    ];
    const score = reasons.reduce((sum, { weight }) => sum + weight, 0);
    return { method, label: GUIDE_LABELS[method], bytes, fits, score, reasons };
  })
    .sort((a, b) => Number(b.fits) - Number(a.fits) || b.score - a.score)
    .map(({ score: _score, reasons, ...advice }) => ({
      ...advice,
      reasons: reasons.map(({ speaks, text }) => ({ speaks, text })),
    }));
}

const gigabytes = (bytes: number) => `${(bytes / GB).toFixed(bytes < 9.95 * GB ? 1 : 0)} GB`;

function ofMemory(
  method: GuideMethod,
  bytes: number,
  { memory }: Situation,
  { methods }: GuideMemory,
): Weighed[] {
  if (bytes > memory * GB)
    return [con(0, `It takes ${gigabytes(bytes)}, more than the ${memory} GB there are.`)];
  // What weights do not take is room for longer texts and larger batches.
  const reasons = [
    pro(bytes < (memory * GB) / 2 ? 0.5 : 0, `It takes ${gigabytes(bytes)} of ${memory} GB.`),
  ];
  if (method === 'qlora' && bytesNeeded(methods.lora) <= memory * GB)
    reasons.push(
      con(1, 'LoRA fits as well, and trains without unpacking 4-bit weights at each step.'),
    );
  return reasons;
}

function ofData(method: GuideMethod, examples: number): Weighed[] {
  if (method === 'prompting')
    return examples < TOO_FEW
      ? [pro(4, `With ${examples} examples there is little to train on and less to test on.`)]
      : [con(3, 'It learns nothing from the examples beyond those that fit into the prompt.')];
  if (examples < TOO_FEW)
    return [con(2, `${examples} examples are hardly enough to train on and to hold some out.`)];
  if (method === 'full')
    return examples >= PLENTY
      ? [pro(3, 'There is enough data to move every weight, and room to gain by it.')]
      : [
          con(
            examples < FEW ? 3 : 1,
            'Every weight moves: with little data it overfits and forgets first.',
          ),
        ];
  if (examples < FEW) return [pro(1, 'It moves few parameters, which suits little data.')];
  if (method === 'prefix' && examples >= PLENTY)
    return [con(1, 'A prefix holds little: with much data it falls behind the others.')];
  return [];
}

function ofTasks(method: GuideMethod, { kept }: MethodMemory, tasks: number): Weighed[] {
  if (tasks <= 1) return [];
  switch (method) {
    case 'full':
      return [con(3, `Each of the ${tasks} tasks keeps a model of its own.`)];
    case 'prompting':
      return [pro(1, `One model and ${tasks} prompts; nothing else is kept.`)];
    case 'lora':
    case 'qlora':
    case 'adapter':
    case 'prefix':
      return [
        pro(1, `One base serves all; each task keeps ${(kept / 1e6).toFixed(1)} M parameters.`),
      ];
  }
}

function ofLatency(method: GuideMethod, { latency, tasks }: Situation): Weighed[] {
  if (latency === 'relaxed') return [];
  switch (method) {
    case 'full':
      return [pro(1, 'It serves as fast as the base model.')];
    case 'lora':
      return tasks > 1
        ? [
            pro(
              1,
              'Merged, it costs no time, but then each task has a copy of the model; unmerged, a little.',
            ),
          ]
        : [pro(2, 'Merged into the weights it costs no time at all.')];
    case 'qlora':
      return [
        pro(
          0.5,
          'Merge it into the weights at 16 bits to serve it; the 4-bit base is slower to read.',
        ),
      ];
    case 'adapter':
      return [con(2, 'It adds layers that run one after another, and cannot be merged.')];
    case 'prefix':
      return [con(1, 'Its positions are attended to at every token and take up cache.')];
    case 'prompting':
      return [con(2, 'Instructions and examples are read again with every request.')];
  }
}
