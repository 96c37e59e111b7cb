/**
 * Chooses a few validation examples that show what training changed. Deterministic: examples are taken in
 * the order of the file, so that two runs of a class can be compared line by line.
 */
import type { Example, Task } from '../data/task.ts';
import type { Answer } from './events.ts';

const ANSWERS = 6;

/** What is wanted, in the order it is shown: whether the answer was right before, and after. */
const WANTED: readonly { before: boolean; after: boolean; count: number }[] = [
  { before: false, after: true, count: 2 },
  { before: true, after: true, count: 1 },
  { before: true, after: false, count: 1 },
  { before: false, after: false, count: 2 },
];

/**
 * At most six answers, of each kind as many as there are, over as many labels as possible. A kind that is
 * missing is made up for by the others.
 * @param before predicted label of each example, by index into the task's labels
 * @param after the same after training
 */
export function chooseAnswers(
  { labels }: Pick<Task, 'labels'>,
  examples: readonly Example[],
  before: readonly number[],
  after: readonly number[],
): Answer[] {
  const kindOf = (index: number) => {
    const right = (predicted: readonly number[]) => predicted[index] === examples[index]!.label;
    return WANTED.findIndex((kind) => kind.before === right(before) && kind.after === right(after));
  };
  const kinds = examples.map((_, index) => kindOf(index));
  const chosen = new Set<number>();
  const shown = new Set<number>();
  /** Up to `count` more, examples of labels not shown yet first. */
  const take = (count: number, fits: (index: number) => boolean) => {
    for (const freshLabel of [true, false])
      for (let index = 0; index < examples.length && count > 0; index++) {
        const { label } = examples[index]!;
        if (chosen.has(index) || !fits(index) || (freshLabel && shown.has(label))) continue;
        chosen.add(index);
        shown.add(label);
        count--;
      }
  };
  WANTED.forEach(({ count }, kind) => take(count, (index) => kinds[index] === kind));
  take(ANSWERS - chosen.size, () => true);
  return [...chosen]
    .sort((a, b) => kinds[a]! - kinds[b]! || a - b)
    .map((index) => {
      const { text, label } = examples[index]!;
      const name = (of: number) => labels[of]!;
      return { text, label: name(label), before: name(before[index]!), after: name(after[index]!) };
    });
}
