/** What is known of the lessons that are not written yet; a written one states its own in its front matter. */
export interface LessonOutline {
  objectives: readonly string[];
  concepts: readonly string[];
}

export const OUTLINES: Readonly<Record<string, LessonOutline>> = {
  'training-fundamentals': {
    objectives: [
      'derive a training step from a loss and read it in code',
      'choose an optimiser, a learning rate and a schedule, and say why',
      'tell underfitting, overfitting and divergence apart by their curves',
    ],
    concepts: ['learning rate', 'optimiser memory', 'overfitting'],
  },
  'monitoring-and-datasets': {
    objectives: [
      'instrument a run so that a fault is seen while it happens',
      'build, clean, split and document a dataset',
      'find leakage and duplicates before they flatter a score',
    ],
    concepts: ['contamination', 'datasets', 'overfitting'],
  },
  'distributed-training': {
    objectives: [
      'compare data, tensor and pipeline parallelism',
      'count the memory and traffic of a training step across devices',
      'checkpoint and resume a long run',
    ],
    concepts: ['optimiser memory', 'parallelism'],
  },
  'preference-alignment': {
    objectives: [
      'explain reward models, policy optimisation and direct preference optimisation',
      'collect preferences and measure their agreement',
      'recognise reward hacking',
    ],
    concepts: ['evaluation', 'fine-tuning', 'preferences'],
  },
  'model-evaluation': {
    objectives: [
      'choose metrics that match the use of a model',
      'state uncertainty: seeds, intervals and paired comparison',
      'detect contamination of a benchmark',
    ],
    concepts: ['contamination', 'datasets', 'evaluation'],
  },
  'quantization-and-compression': {
    objectives: [
      'quantise weights to 8 and 4 bits and predict the error',
      'compare post-training quantisation, pruning and distillation',
      'measure what compression costs on a task',
    ],
    concepts: ['evaluation', 'quantisation'],
  },
  'inference-optimization': {
    objectives: [
      'separate prefill from decoding and find what bounds each',
      'use key-value caching, batching and speculative decoding',
      'read a latency distribution',
    ],
    concepts: ['latency', 'quantisation'],
  },
  'production-rag': {
    objectives: [
      'build retrieval that can be evaluated apart from generation',
      'choose chunking, indexing and reranking by measurement',
      'keep answers tied to their sources',
    ],
    concepts: ['evaluation', 'prompting', 'retrieval'],
  },
  'advanced-models': {
    objectives: [
      'implement attention variants, mixtures of experts and long context',
      'read a new architecture from its paper and its configuration',
      'test an implementation against a reference',
    ],
    concepts: ['attention', 'evaluation'],
  },
  'production-deployment': {
    objectives: [
      'serve a model with limits, health checks and rollback',
      'watch quality, drift and cost in production',
      'plan for failure and recover from it',
    ],
    concepts: ['evaluation', 'latency'],
  },
};
