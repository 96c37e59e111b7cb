/** Prompts: a task's template, or the student's own, with solved examples in front. */
import type { Method } from '../formats/recipe.ts';
import { randomStream, shuffled } from './random.ts';
import { labelWordsOf } from './label-words.ts';
import { TEXT, type Example, type Task } from './task.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * The template that a method reads texts in. Training methods use the task's. Prompting may bring its own, and
 * puts `shots` solved examples in front, one a line: of the training split, drawn by the seed, of as many
 * labels as possible. Where they would leave the question less than its equal share of the sequence, each of
 * them is cut to its own, at the end of its text.
 * @param length tokens of the sequence
 */
export function promptTemplate(
  task: Pick<Task, 'template' | 'labels' | 'labelWords'>,
  method: Method,
  train: readonly Example[],
  seed: number,
  tokenizer: Tokenizer,
  length: number,
): string {
  if (method.kind !== 'prompting') return task.template;
  // A space at the end would stand between the question and the first token of an answer.
  const template = (method.template ?? task.template).trimEnd();
  const words = labelWordsOf(task);
  const share = Math.floor(length / (method.shots + 1));
  const examples = demonstrations(train, method.shots, seed);
  const lines = (most: number) =>
    examples.map(({ text, label }) => {
      const word = words[label]!;
      const room = most - tokenizer.encode(answered(template, '', word)).length;
      return answered(template, shortened(text, Math.max(1, room), tokenizer), word);
    });
  const whole = lines(Infinity);
  const fits = tokenizer.encode(whole.join('\n')).length <= length - share;
  return [...(fits ? whole : lines(share)), template].join('\n');
}

/** Examples in an order drawn by the seed, each next one of a label not used yet while there is one. */
export function demonstrations(
  train: readonly Example[],
  count: number,
  seed: number,
): readonly Example[] {
  const drawn = shuffled(train, randomStream(seed, 'demonstrations'));
  const chosen: Example[] = [];
  while (chosen.length < Math.min(count, drawn.length)) {
    const used = new Set(
      chosen
        .slice(Math.floor(chosen.length / labelsIn(drawn)) * labelsIn(drawn))
        .map(({ label }) => label),
    );
    const next =
      drawn.find((example) => !chosen.includes(example) && !used.has(example.label)) ??
      drawn.find((example) => !chosen.includes(example))!;
    chosen.push(next);
  }
  return chosen;
}

/** The first `count` tokens of a text; the text itself when it has no more. */
function shortened(text: string, count: number, tokenizer: Tokenizer): string {
  const lead = tokenizer.encode('').length;
  const ids = tokenizer.encode(text).slice(lead);
  return ids.length <= count ? text : tokenizer.decode(ids.slice(0, count)).trim();
}

function labelsIn(examples: readonly Example[]): number {
  return new Set(examples.map(({ label }) => label)).size;
}

function answered(template: string, text: string, word: string): string {
  // A function, since a replacement text may hold `$`.
  const question = template.replace(TEXT, () => text);
  return `${question} ${word}`;
}
