/** The course and its lessons, as far as they are known before their text is written. */

export interface Lesson {
  slug: string;
  /** Place in the course, two digits. */
  number: string;
  title: string;
  /** What a reader can do afterwards. */
  objectives: readonly string[];
}

export const COURSE = {
  slug: 'advanced-nlp',
  title: 'Advanced NLP: training and production systems',
  description:
    'Eleven lessons on how language models are trained, adapted, judged and run. Each claim with a number is cited or measured here.',
} as const;

export const LESSONS: readonly Lesson[] = [
  {
    slug: 'training-fundamentals',
    number: '01',
    title: 'Training fundamentals and optimization',
    objectives: [
      'derive a training step from a loss and read it in code',
      'choose an optimiser, a learning rate and a schedule, and say why',
      'tell underfitting, overfitting and divergence apart by their curves',
    ],
  },
  {
    slug: 'monitoring-and-datasets',
    number: '02',
    title: 'Training monitoring and dataset engineering',
    objectives: [
      'instrument a run so that a fault is seen while it happens',
      'build, clean, split and document a dataset',
      'find leakage and duplicates before they flatter a score',
    ],
  },
  {
    slug: 'distributed-training',
    number: '03',
    title: 'Distributed training infrastructure',
    objectives: [
      'compare data, tensor and pipeline parallelism',
      'count the memory and traffic of a training step across devices',
      'checkpoint and resume a long run',
    ],
  },
  {
    slug: 'fine-tuning-and-peft',
    number: '04',
    title: 'Fine-tuning techniques and parameter-efficient methods',
    objectives: [
      'tell pre-training from fine-tuning',
      'do full fine-tuning of a small model, and apply LoRA and adapters to it',
      'choose a strategy for the resources at hand',
      'diagnose and fix common problems',
      'evaluate a fine-tuned model',
    ],
  },
  {
    slug: 'preference-alignment',
    number: '05',
    title: 'Preference alignment and RLHF',
    objectives: [
      'explain reward models, policy optimisation and direct preference optimisation',
      'collect preferences and measure their agreement',
      'recognise reward hacking',
    ],
  },
  {
    slug: 'model-evaluation',
    number: '06',
    title: 'Comprehensive model evaluation',
    objectives: [
      'choose metrics that match the use of a model',
      'state uncertainty: seeds, intervals and paired comparison',
      'detect contamination of a benchmark',
    ],
  },
  {
    slug: 'quantization-and-compression',
    number: '07',
    title: 'Model quantization and compression',
    objectives: [
      'quantise weights to 8 and 4 bits and predict the error',
      'compare post-training quantisation, pruning and distillation',
      'measure what compression costs on a task',
    ],
  },
  {
    slug: 'inference-optimization',
    number: '08',
    title: 'Inference optimization strategies',
    objectives: [
      'separate prefill from decoding and find what bounds each',
      'use key-value caching, batching and speculative decoding',
      'read a latency distribution',
    ],
  },
  {
    slug: 'production-rag',
    number: '09',
    title: 'Production RAG systems',
    objectives: [
      'build retrieval that can be evaluated apart from generation',
      'choose chunking, indexing and reranking by measurement',
      'keep answers tied to their sources',
    ],
  },
  {
    slug: 'advanced-models',
    number: '10',
    title: 'Advanced model implementations',
    objectives: [
      'implement attention variants, mixtures of experts and long context',
      'read a new architecture from its paper and its configuration',
      'test an implementation against a reference',
    ],
  },
  {
    slug: 'production-deployment',
    number: '11',
    title: 'Production deployment and operations',
    objectives: [
      'serve a model with limits, health checks and rollback',
      'watch quality, drift and cost in production',
      'plan for failure and recover from it',
    ],
  },
];

/** The lesson with this slug and its neighbours, or null. */
export function findLesson(
  slug: string,
): { lesson: Lesson; previous: Lesson | null; next: Lesson | null } | null {
  const index = LESSONS.findIndex((lesson) => lesson.slug === slug);
  const lesson = LESSONS[index];
  if (!lesson) return null;
  return { lesson, previous: LESSONS[index - 1] ?? null, next: LESSONS[index + 1] ?? null };
}

export function lessonPath(lesson: Lesson): string {
  return `/courses/${COURSE.slug}/${lesson.slug}`;
}
