/** A classification task: labelled texts and a fixed label set. */
import * as v from 'valibot';

/** Where the text stands in a task's template. */
export const TEXT = '{text}';

const TaskSchema = v.pipe(
  v.object({
    id: v.string(),
    title: v.string(),
    description: v.string(),
    /** What the task is hard on, as a sentence: why one would choose it. */
    stresses: v.optional(v.string()),
    /**
     * The prompt a text is put into, `{text}` in its place: the model reads it, and the head scores the hidden
     * state of its last token. It should end where the base model, as it was pretrained, would name the answer.
     */
    template: v.pipe(
      v.string(),
      v.check((template) => template.split(TEXT).length === 2, `a template holds ${TEXT} once`),
    ),
    labels: v.pipe(v.array(v.string()), v.minLength(2)),
    /**
     * The words that stand for the labels at the answer position, in the labels' order, where the labels' names
     * will not do. A model that is only prompted is scored by the first token of each.
     */
    labelWords: v.optional(v.array(v.string())),
    /** Tokens that the lab proposes to pad or cut texts to: more hold more of the texts and take longer. */
    sequenceLength: v.optional(v.pipe(v.number(), v.integer(), v.minValue(8), v.maxValue(256))),
  }),
  v.check(
    ({ labels, labelWords }) => !labelWords || labelWords.length === labels.length,
    'there is one label word for each label',
  ),
);
export type Task = v.InferOutput<typeof TaskSchema>;

export interface Example {
  text: string;
  /** Index into the task's labels. */
  label: number;
}

export function parseTask(json: unknown): Task {
  return v.parse(TaskSchema, json);
}

/** How the ids of tasks begin that one browser made of its own data: no server has them. */
export const CUSTOM_PREFIX = 'custom-';

export const isCustomTask = (id: string): boolean => id.startsWith(CUSTOM_PREFIX);

const LineSchema = v.object({ text: v.pipe(v.string(), v.minLength(1)), label: v.string() });

/** @throws with the 1-based line number when a line is not `{ text, label }` with a label of the task. */
export function parseExamples(jsonl: string, task: Task): Example[] {
  return jsonl.split('\n').flatMap((line, index) => {
    if (!line.trim()) return [];
    const { text, label: name } = parseLine(line, index + 1);
    const label = task.labels.indexOf(name);
    if (label < 0) throw new Error(`line ${index + 1}: "${name}" is not a label of ${task.id}`);
    return [{ text, label }];
  });
}

function parseLine(line: string, number: number): v.InferOutput<typeof LineSchema> {
  try {
    return v.parse(LineSchema, JSON.parse(line));
  } catch {
    throw new Error(`line ${number}: expected {"text": …, "label": …}`);
  }
}
