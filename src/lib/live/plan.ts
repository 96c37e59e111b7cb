/** A session plan: the ordered activities of one class. The host walks through it; templates of it are kept by account. */
import * as v from 'valibot';
import { BaseIdSchema, TaskIdSchema } from '../engine/formats/recipe.ts';
import { ChallengeSchema, defaultChallenge } from './challenge.ts';
import { anyNumber, wholeNumber } from './fields.ts';
import { SweepSchema } from './sweep.ts';

export const ACTIVITY_KINDS = [
  'lesson',
  'prediction',
  'lab',
  'challenge',
  'sweep',
  'poll',
  'discussion',
] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

export const ACTIVITY_NAMES: Record<ActivityKind, string> = {
  lesson: 'Lesson section',
  prediction: 'Prediction',
  lab: 'Free lab',
  challenge: 'Challenge',
  sweep: 'Sweep',
  poll: 'Poll',
  discussion: 'Discussion',
};

export const MAX_ACTIVITIES = 40;
export const MAX_OPTIONS = 6;

const text = (least: number, most: number, missing: string) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.minLength(least, missing),
    v.maxLength(most, `At most ${most} characters.`),
  );
const slug = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9-]{1,80}$/, 'Use small letters, digits and hyphens, as in the address.'),
);
/** Longest time of a round, in minutes. */
export const MAX_ROUND_MINUTES = 240;
/** After which the server ends the round; null for when the host does. */
export const MinutesSchema = v.nullable(wholeNumber(1, MAX_ROUND_MINUTES));

const common = {
  /** Made by whoever adds it. */
  id: v.pipe(v.string(), v.uuid()),
  title: text(1, 120, 'Give the activity a title.'),
};

export const ActivitySchema = v.variant('kind', [
  v.strictObject({
    ...common,
    kind: v.literal('lesson'),
    lesson: slug,
    /** Null for the whole lesson. */
    section: v.nullable(slug),
  }),
  v.pipe(
    v.strictObject({
      ...common,
      kind: v.literal('prediction'),
      question: text(1, 400, 'Ask something.'),
      min: anyNumber(),
      max: anyNumber(),
      unit: text(0, 12, ''),
      /** What turned out, where the host knows; shown when the answers are revealed. */
      truth: v.nullable(anyNumber()),
    }),
    v.forward(
      v.check(({ min, max }) => min < max, 'The largest answer is above the smallest.'),
      ['max'],
    ),
  ),
  v.strictObject({ ...common, kind: v.literal('lab'), task: TaskIdSchema, base: BaseIdSchema }),
  v.strictObject({
    ...common,
    kind: v.literal('challenge'),
    challenge: ChallengeSchema,
    minutes: MinutesSchema,
  }),
  v.strictObject({
    ...common,
    kind: v.literal('sweep'),
    sweep: SweepSchema,
    minutes: MinutesSchema,
  }),
  v.pipe(
    v.strictObject({
      ...common,
      kind: v.literal('poll'),
      question: text(1, 400, 'Ask something.'),
      options: v.pipe(
        v.array(text(1, 160, 'An option needs words.')),
        v.minLength(2, 'A poll has at least two options.'),
        v.maxLength(MAX_OPTIONS, `A poll has at most ${MAX_OPTIONS} options.`),
      ),
      /** Index of the right option in a quiz; null where none is right. */
      correct: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
      /** Shown when the answers are revealed. */
      explanation: text(0, 600, ''),
    }),
    v.forward(
      v.check(
        ({ correct, options }) => correct === null || correct < options.length,
        'The right option is one of the options.',
      ),
      ['correct'],
    ),
  ),
  v.strictObject({
    ...common,
    kind: v.literal('discussion'),
    prompt: text(1, 600, 'Say what is to be discussed.'),
  }),
]);
export type Activity = v.InferOutput<typeof ActivitySchema>;
export type ActivityOf<K extends ActivityKind> = Extract<Activity, { kind: K }>;
/** What a class answers. */
export type Question = ActivityOf<'poll'> | ActivityOf<'prediction'>;

export const PlanSchema = v.pipe(
  v.array(ActivitySchema),
  v.maxLength(MAX_ACTIVITIES, `A plan has at most ${MAX_ACTIVITIES} activities.`),
  v.check(
    (plan) => new Set(plan.map(({ id }) => id)).size === plan.length,
    'Each activity stands once.',
  ),
);
export type Plan = Activity[];

export function isQuestion(activity: Activity): activity is Question {
  return activity.kind === 'poll' || activity.kind === 'prediction';
}

/** Whether a number answers the question. */
export function answers(question: Question, answer: number): boolean {
  return question.kind === 'poll'
    ? Number.isInteger(answer) && answer >= 0 && answer < question.options.length
    : answer >= question.min && answer <= question.max;
}

/** What its answers stand for, as text: an option by its place, a number between two others in a unit. */
export function meaningOf(question: Question): string {
  return question.kind === 'poll'
    ? JSON.stringify(question.options)
    : JSON.stringify([question.min, question.max, question.unit]);
}

/** Questions of a plan whose answers would stand for something else, or for nothing, in the plan as edited. */
export function askedAnew(before: Plan, after: Plan): Question[] {
  return before.filter(isQuestion).filter((question) => {
    const edited = after.find(({ id }) => id === question.id);
    return !edited || !isQuestion(edited) || meaningOf(edited) !== meaningOf(question);
  });
}

/** The activity without what would answer it. */
export function withoutTruth(activity: Activity): Activity {
  if (activity.kind === 'poll') return { ...activity, correct: null, explanation: '' };
  return activity.kind === 'prediction' ? { ...activity, truth: null } : activity;
}

/** A new activity of a kind, ready to be used as it is where that can be. */
export function newActivity(kind: ActivityKind, id: string): Activity {
  const title = ACTIVITY_NAMES[kind];
  const { task, base } = defaultChallenge();
  switch (kind) {
    case 'lesson':
      return { kind, id, title, lesson: 'fine-tuning-and-peft', section: null };
    case 'prediction':
      return {
        kind,
        id,
        title,
        question: 'Which accuracy will LoRA with rank 1 reach?',
        min: 0,
        max: 1,
        unit: '',
        truth: null,
      };
    case 'lab':
      return { kind, id, title, task, base };
    case 'challenge':
      return { kind, id, title, challenge: defaultChallenge(), minutes: null };
    case 'sweep':
      return {
        kind,
        id,
        title,
        minutes: null,
        sweep: {
          task,
          base,
          method: 'lora',
          steps: 150,
          axes: [
            { knob: 'rank', values: [1, 4, 16] },
            { knob: 'learningRate', values: [3e-4, 3e-3, 3e-2] },
          ],
        },
      };
    case 'poll':
      return {
        kind,
        id,
        title,
        question: 'Which weights does LoRA train?',
        options: ['All of them', 'Two thin matrices beside each frozen one', 'None'],
        correct: 1,
        explanation: '',
      };
    case 'discussion':
      return { kind, id, title, prompt: 'What surprised you, and how would you test it?' };
  }
}
