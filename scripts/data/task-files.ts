/** Writes a task's files: what is public under static/tasks, the pool of the private splits under server/tasks. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { shippedTask } from '../../src/lib/engine/data/shipped-tasks.ts';

export interface Row {
  text: string;
  /** A label by its name. */
  label: string;
}

export interface TaskFiles {
  train: readonly Row[];
  validation: readonly Row[];
  /** What each deployment draws its private splits from. */
  pool: readonly Row[];
}

/** Writes the files of a shipped task, and says how many examples each has. */
export function writeTask(id: string, { train, validation, pool }: TaskFiles): void {
  const task = shippedTask(id);
  if (!task) throw new Error(`${id} is not among the shipped tasks`);
  const publicFolder = `static/tasks/${id}`;
  const privateFolder = `server/tasks/${id}`;
  mkdirSync(publicFolder, { recursive: true });
  mkdirSync(privateFolder, { recursive: true });
  writeFileSync(`${publicFolder}/task.json`, JSON.stringify(task, null, 2) + '\n');
  writeFileSync(`${publicFolder}/train.jsonl`, jsonl(train));
  writeFileSync(`${publicFolder}/validation.jsonl`, jsonl(validation));
  writeFileSync(`${privateFolder}/reserved.jsonl`, jsonl(pool));
  const smallest = Math.min(
    ...task.labels.map((name) => pool.filter(({ label }) => label === name).length),
  );
  console.log(
    `${id}: train ${train.length}, validation ${validation.length}, reserved pool ${pool.length} (at least ${smallest} per label)`,
  );
}

/** The first `count` rows of each label. @throws when a label has fewer */
export function takePerLabel(
  labels: readonly string[],
  rows: readonly Row[],
  count: number,
): Row[] {
  return labels.flatMap((label) => {
    const own = rows.filter((row) => row.label === label);
    if (own.length < count) throw new Error(`only ${own.length} texts for ${label}`);
    return own.slice(0, count);
  });
}

const jsonl = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row) + '\n').join('');
