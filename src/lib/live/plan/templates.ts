/**
 * Plans that come with the product. Their activities get ids when a plan is used; what turned out comes from the
 * shipped measurement, never from here.
 */
import { METHODS_REPORT } from '../../measurements/methods.ts';
import type { MethodRow } from '../../measurements/report.ts';
import { formatFixed } from '../../ui/format.ts';
import { defaultChallenge } from '../challenge.ts';
import type { Activity, Plan } from '../plan.ts';

/** An activity before it has an id. */
type Draft = Activity extends infer A ? (A extends unknown ? Omit<A, 'id'> : never) : never;

export interface PlanTemplate {
  slug: string;
  title: string;
  /** What a class does with it, in a sentence. */
  about: string;
  activities: readonly Draft[];
}

const LESSON = 'fine-tuning-and-peft';
const TASK = 'definition-domain';

function measured(id: string): MethodRow {
  const row = METHODS_REPORT.rows.find((each) => each.id === id);
  if (!row) throw new Error(`${id} was not measured`);
  return row;
}

function accuracyOf(id: string): number {
  const row = measured(id).tasks.find(({ task }) => task === TASK);
  if (!row) throw new Error(`${id} was not measured on ${TASK}`);
  return rounded(row.accuracy, 3);
}

const rounded = (value: number, digits: number) => Number(value.toFixed(digits));
const percent = (share: number) => rounded(share * 100, 1);

const { steps, base } = METHODS_REPORT;

const LESSON_04: PlanTemplate = {
  slug: 'lesson-04-in-75-minutes',
  title: 'Lesson 04 in 75 minutes',
  about:
    'Fine-tuning and parameter-efficient methods: guesses first, then runs of your own, a challenge, and a sweep that the whole class computes.',
  activities: [
    {
      kind: 'lesson',
      title: 'What fine-tuning changes (10 min)',
      lesson: LESSON,
      section: null,
    },
    {
      kind: 'prediction',
      title: 'Guess: how much LoRA trains (3 min)',
      question: `LoRA with rank 8 sits on every linear layer of ${base}. What share of the model’s parameters does it train, the classification head included?`,
      min: 0,
      max: 100,
      unit: '%',
      truth: percent(measured('lora').trainableShare),
    },
    {
      kind: 'lab',
      title: 'Free lab: one run each (10 min)',
      task: TASK,
      base,
    },
    {
      kind: 'prediction',
      title: 'Guess: what rank 1 is good for (3 min)',
      question: `Full fine-tuning of ${base} on ${TASK} reaches an accuracy of ${formatFixed(accuracyOf('full'))} after ${steps} steps. And LoRA with rank 1?`,
      min: 0,
      max: 1,
      unit: '',
      truth: accuracyOf('lora-r1'),
    },
    {
      kind: 'challenge',
      title: 'Challenge: most accurate within rank 4 (15 min)',
      challenge: { ...defaultChallenge(), task: TASK, base, maxSteps: steps, maxRank: 4 },
      minutes: 10,
    },
    {
      kind: 'lesson',
      title: 'Where the memory goes (8 min)',
      lesson: LESSON,
      section: null,
    },
    {
      kind: 'prediction',
      title: 'Guess: the memory of QLoRA (4 min)',
      question: `A training step of full fine-tuning holds weights, gradients, moments and activations. What share of that does a step of QLoRA with rank 8 hold on ${base}?`,
      min: 0,
      max: 100,
      unit: '%',
      truth: percent(measured('qlora').bytesRelative),
    },
    {
      kind: 'sweep',
      title: 'Sweep: rank against learning rate (12 min)',
      sweep: {
        task: TASK,
        base,
        method: 'lora',
        steps: 150,
        axes: [
          { knob: 'rank', values: [1, 4, 16] },
          { knob: 'learningRate', values: [3e-4, 3e-3, 3e-2] },
        ],
      },
      minutes: 8,
    },
    {
      kind: 'poll',
      title: 'Check: a run that goes wrong (4 min)',
      question:
        'The training loss of a LoRA run falls for twenty steps, then climbs and stays up. What do you change first?',
      options: [
        'Lower the learning rate',
        'Raise the rank',
        'Train for more steps',
        'Store the base in 4 bits',
      ],
      correct: 0,
      explanation:
        'The steps are too long and jump over what they look for. A higher rank or more of the same steps does not shorten them, and quantisation saves memory, not a diverging run.',
    },
    {
      kind: 'discussion',
      title: 'Which method for which device (6 min)',
      prompt:
        'You have one phone, one laptop and one rented GPU, and the same task for each. Which method do you take where, and which figure of today would change your mind?',
    },
  ],
};

export const PLAN_TEMPLATES: readonly PlanTemplate[] = [LESSON_04];

/** @param makeId gives each activity a UUID of its own */
export function planOf({ activities }: PlanTemplate, makeId: () => string): Plan {
  return activities.map((activity) => ({ ...activity, id: makeId() }));
}
