/**
 * Private splits. Each deployment draws its own from the reserved pool, by its own secret: per label, the
 * texts are ordered by HMAC-SHA256(secret, text), the first are live-test, the next final-test. The same
 * secret always gives the same splits, so none are stored.
 *
 * The pool ships with the project and WordNet is public: this keeps an examination, not a secret.
 */
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseExamples, parseTask, type Example, type Task } from '../../src/lib/engine/data/task.ts';
import { packageRoot } from '../paths.ts';

export interface PrivateSplits {
  liveTest: Example[];
  finalTest: Example[];
}

/** Examples of each label in each split: 600 + 600 for 12 labels. */
export const PER_LABEL = 50;

/**
 * Pure.
 * @param pool reserved examples
 * @param published texts that stand in a public split and may not be drawn
 * @throws when a label has too few examples left for two disjoint splits
 */
export function drawPrivateSplits(
  task: Task,
  pool: readonly Example[],
  published: ReadonlySet<string>,
  secret: Uint8Array,
  perLabel = PER_LABEL,
): PrivateSplits {
  const candidates = new Map<string, Example>();
  const ambiguous = new Set<string>();
  for (const example of pool) {
    const held = candidates.get(example.text);
    if (held && held.label !== example.label) ambiguous.add(example.text);
    if (!published.has(example.text)) candidates.set(example.text, example);
  }
  const splits: PrivateSplits = { liveTest: [], finalTest: [] };
  for (const [label, name] of task.labels.entries()) {
    const ordered = [...candidates.values()]
      .filter((example) => example.label === label && !ambiguous.has(example.text))
      .map((example) => ({ example, key: createHmac('sha256', secret).update(example.text).digest('hex') }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ example }) => example);
    if (ordered.length < 2 * perLabel)
      throw new Error(`${task.id}: "${name}" has ${ordered.length} reserved examples; ${2 * perLabel} are needed`);
    splits.liveTest.push(...ordered.slice(0, perLabel));
    splits.finalTest.push(...ordered.slice(perLabel, 2 * perLabel));
  }
  return splits;
}

/** @param id a checked task id: it becomes part of a path */
export async function loadTask(id: string): Promise<Task> {
  return parseTask(JSON.parse(await readFile(publicFile(id, 'task.json'), 'utf8')));
}

export async function loadPrivateSplits(task: Task, secret: Uint8Array): Promise<PrivateSplits> {
  const reserved = join(packageRoot(), 'server', 'tasks', task.id, 'reserved.jsonl');
  const published = new Set<string>();
  for (const file of ['train.jsonl', 'validation.jsonl'])
    for (const { text } of parseExamples(await readFile(publicFile(task.id, file), 'utf8'), task))
      published.add(text);
  return drawPrivateSplits(task, parseExamples(await readFile(reserved, 'utf8'), task), published, secret);
}

/** A file of a task that everybody may read. @param id a checked task id: it becomes part of a path */
export const publicFile = (id: string, file: string): string => join(packageRoot(), 'static', 'tasks', id, file);
