/** The course and the order of its lessons. What a lesson holds stands in its file, else in `outlines.ts`. */

export interface Lesson {
  slug: string;
  /** Place in the course, two digits. */
  number: string;
  title: string;
}

export const COURSE = {
  slug: 'advanced-nlp',
  title: 'Advanced NLP: training and production systems',
  description:
    'Eleven lessons on how language models are trained, adapted, judged and run. Each claim with a number is cited or measured here.',
} as const;

export const LESSONS: readonly Lesson[] = [
  { slug: 'training-fundamentals', number: '01', title: 'Training fundamentals and optimization' },
  {
    slug: 'monitoring-and-datasets',
    number: '02',
    title: 'Training monitoring and dataset engineering',
  },
  { slug: 'distributed-training', number: '03', title: 'Distributed training infrastructure' },
  {
    slug: 'fine-tuning-and-peft',
    number: '04',
    title: 'Fine-tuning techniques and parameter-efficient methods',
  },
  { slug: 'preference-alignment', number: '05', title: 'Preference alignment and RLHF' },
  { slug: 'model-evaluation', number: '06', title: 'Comprehensive model evaluation' },
  {
    slug: 'quantization-and-compression',
    number: '07',
    title: 'Model quantization and compression',
  },
  { slug: 'inference-optimization', number: '08', title: 'Inference optimization strategies' },
  { slug: 'production-rag', number: '09', title: 'Production RAG systems' },
  { slug: 'advanced-models', number: '10', title: 'Advanced model implementations' },
  { slug: 'production-deployment', number: '11', title: 'Production deployment and operations' },
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

/** @param section id of a heading in it */
export function lessonPath({ slug }: Pick<Lesson, 'slug'>, section?: string | null): string {
  return `/courses/${COURSE.slug}/${slug}${section ? `#${section}` : ''}`;
}
