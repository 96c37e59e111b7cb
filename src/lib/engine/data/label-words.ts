/** The tokens by which a model that is only prompted names a label: the first of each label's word. */
import { TEXT, type Task } from './task.ts';
import type { Tokenizer } from './tokenizer.ts';

export type Answers = Pick<Task, 'template' | 'labels' | 'labelWords'>;

export const labelWordsOf = ({ labels, labelWords }: Pick<Task, 'labels' | 'labelWords'>) =>
  labelWords ?? labels;

/**
 * The first token of each label's word where the template ends, a space before it.
 * @returns ids in the labels' order; two labels may share one, see {@link sharedLabelTokens}
 */
export function labelTokens(task: Answers, tokenizer: Tokenizer): number[] {
  const prompt = task.template.replace(TEXT, 'a');
  const at = tokenizer.encode(prompt).length;
  return labelWordsOf(task).map((word) => tokenizer.encode(`${prompt} ${word}`)[at]!);
}

/** Groups of label words that begin with the same token, so that prompting cannot tell them apart. */
export function sharedLabelTokens(task: Answers, tokenizer: Tokenizer): string[][] {
  const words = labelWordsOf(task);
  const groups = new Map<number, string[]>();
  for (const [label, token] of labelTokens(task, tokenizer).entries())
    groups.set(token, [...(groups.get(token) ?? []), words[label]!]);
  return [...groups.values()].filter((group) => group.length > 1);
}
