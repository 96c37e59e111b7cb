/**
 * Private splits. Each deployment draws its own from the reserved pool, by its own secret: per label, the
 * texts are ordered by HMAC-SHA256(secret, text), the first are live-test, the next final-test. The same
 * secret always gives the same splits, so none are stored.
 *
 * The pool ships with the project and its sources are public: this keeps an examination, not a secret.
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

/** Examples of a private split, where the pool allows so many: an accuracy of 0.8 then has a standard error of 0.016. */
const SPLIT_SIZE = 600;

/**
 * Examples of each label in each private split: 50 for twelve labels, 150 for four, and at most half of what the
 * label with the fewest reserved texts has.
 */
export function examplesPerLabel(labels: number, fewest: number): number {
  return Math.min(Math.ceil(SPLIT_SIZE / labels), Math.floor(fewest / 2));
}

/**
 * Pure.
 * @param pool reserved examples
 * @param published texts that stand in a public split and may not be drawn
 * @param perLabel examples of each label in each split; by default as {@link examplesPerLabel} has it
 * @throws when a label has too few examples left for two disjoint splits
 */
export function drawPrivateSplits(
  task: Task,
  pool: readonly Example[],
  published: ReadonlySet<string>,
  secret: Uint8Array,
  perLabel?: number,
): PrivateSplits {
  const candidates = new Map<string, Example>();
  const ambiguous = new Set<string>();
  for (const example of pool) {
    const held = candidates.get(example.text);
    if (held && held.label !== example.label) ambiguous.add(example.text);
    if (!published.has(example.text)) candidates.set(example.text, example);
  }
  const ordered = task.labels.map((_, label) =>
    [...candidates.values()]
      .filter((example) => example.label === label && !ambiguous.has(example.text))
      .map((example) => ({ example, key: createHmac('sha256', secret).update(example.text).digest('hex') }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ example }) => example),
  );
  const fewest = Math.min(...ordered.map(({ length }) => length));
  const size = perLabel ?? examplesPerLabel(task.labels.length, fewest);
  const splits: PrivateSplits = { liveTest: [], finalTest: [] };
  for (const [label, own] of ordered.entries()) {
    const needed = Math.max(2, 2 * size);
    if (own.length < needed)
      throw new Error(
        `${task.id}: "${task.labels[label]}" has ${own.length} reserved examples; ${needed} are needed`,
      );
    splits.liveTest.push(...own.slice(0, size));
    splits.finalTest.push(...own.slice(size, 2 * size));
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
