/** A question with its choices: the list with boxes in a `:::check` or `:::predict`. */
import type { List, ListItem, RootContent } from 'mdast';
import type { ContainerDirective } from 'mdast-util-directive';
import type { Choice, Run } from '../lesson.ts';
import type { Faults } from './fault.ts';
import type { Runs } from './runs.ts';

export interface ReadQuestion {
  question: Run;
  choices: Choice[];
  /** What stands behind the dividing line. */
  rest: RootContent[];
}

interface Rules {
  many: boolean;
  /** Whether each choice must say why it is right or wrong. */
  explained: boolean;
}

/** @returns null where it cannot be used; the faults say why */
export function readQuestion(
  node: ContainerDirective,
  { many, explained }: Rules,
  runs: Runs,
  faults: Faults,
): ReadQuestion | null {
  const isChoices = (child: RootContent): child is List =>
    child.type === 'list' && child.children.some(({ checked }) => checked !== null);
  const at = node.children.findIndex(isChoices);
  const list = node.children[at] as List | undefined;
  if (!list) {
    faults.at(node, 'It has no choices: a list of - [ ] and - [x].');
    return null;
  }
  const asked = node.children.slice(0, at);
  if (asked.length === 0) faults.at(node, 'It has no question before its choices.');
  if (list.children.length < 2) faults.at(list, 'There is one choice: give two or more.');
  const right = list.children.filter(({ checked }) => checked === true).length;
  if (right === 0) faults.at(list, 'No choice is right: mark it with - [x].');
  if (right > 1 && !many)
    faults.at(list, 'Several choices are right: a check says many for that; a prediction has one.');
  // In reading order: references are numbered as they are met.
  const question = runs.flow(asked);
  const choices = list.children.flatMap((item) => readChoice(item, explained, runs, faults) ?? []);
  return { question, choices, rest: node.children.slice(at + 1) };
}

function readChoice(item: ListItem, explained: boolean, runs: Runs, faults: Faults): Choice | null {
  const [first, ...rest] = item.children;
  if (typeof item.checked !== 'boolean') faults.at(item, 'This choice has no box: - [ ] or - [x].');
  if (first?.type !== 'paragraph') {
    faults.at(item, 'A choice begins with its text.');
    return null;
  }
  if (explained && rest.length === 0)
    faults.at(item, 'This choice does not explain itself: add an indented paragraph below it.');
  return {
    text: runs.phrases(first.children),
    explanation: rest.length > 0 ? runs.flow(rest) : null,
    right: item.checked === true,
  };
}
