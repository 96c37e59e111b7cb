/** A classification task: labelled texts and a fixed label set. */
import * as v from 'valibot';

/** Where the text stands in a task's template. */
export const TEXT = '{text}';

const TaskSchema = v.object({
  id: v.string(),
  title: v.string(),
  description: v.string(),
  /**
   * The prompt a text is put into, `{text}` in its place: the model reads it, and the head scores the hidden
   * state of its last token. It should end where the base model, as it was pretrained, would name the answer.
   */
  template: v.pipe(
    v.string(),
    v.check((template) => template.split(TEXT).length === 2, `a template holds ${TEXT} once`),
  ),
  labels: v.pipe(v.array(v.string()), v.minLength(2)),
});
export type Task = v.InferOutput<typeof TaskSchema>;

export interface Example {
  text: string;
  /** Index into the task's labels. */
  label: number;
}

export function parseTask(json: unknown): Task {
  return v.parse(TaskSchema, json);
}

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
