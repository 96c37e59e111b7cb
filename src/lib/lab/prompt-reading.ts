/**
 * A prompt as the model will read it, and the room that it needs. Pure: the texts and the tokenizer are given.
 */
import { encodeExamples } from '../engine/data/batches.ts';
import { promptTemplate } from '../engine/data/prompt.ts';
import { TEXT, type Example, type Task } from '../engine/data/task.ts';
import type { Tokenizer } from '../engine/data/tokenizer.ts';
import { defaultRecipe, type Recipe } from '../engine/formats/recipe.ts';
import { MAX_SEQUENCE, withPromptRoom } from './recipe-edit.ts';

export interface PromptSource {
  task: Task;
  train: readonly Example[];
  validation: readonly Example[];
  tokenizer: Tokenizer;
}

export interface PromptReading {
  /** Tokens with which a text has as much room as in training. More than a recipe may have where they don't fit. */
  needed: number;
  /** The first validation example as the model reads it, cut where it is too long. */
  prompt: string;
  /** Its tokens. */
  tokens: number;
  /** The label that would be right. */
  answer: string;
}

/** A text's own room while there is any; below this little is left of it to tell anything by. */
const LEAST_TEXT = 8;

/** How many texts say what a prompt takes beyond the task's template: tokens differ a little where texts meet it. */
const SAMPLE = 8;

// A function, since a replacement text may hold `$`.
const tokensOf = (template: string, text: string, tokenizer: Tokenizer) =>
  tokenizer.encode(template.replace(TEXT, () => text)).length;

/**
 * @returns null for a recipe without a prompt
 * @throws {RangeError} with a sentence, when the prompt leaves no room for a text
 */
export function readPrompt(recipe: Recipe, source: PromptSource): PromptReading | null {
  if (recipe.method.kind !== 'prompting') return null;
  const { task, train, validation, tokenizer } = source;
  const { method, seed } = recipe;
  const templateIn = (length: number) =>
    promptTemplate(task, method, train, seed, tokenizer, length);
  const template = templateIn(MAX_SEQUENCE);
  const frame = tokensOf(template, '', tokenizer);
  if (frame + LEAST_TEXT > MAX_SEQUENCE)
    throw new RangeError(
      `The prompt alone takes ${frame} of the ${MAX_SEQUENCE} tokens that the model can read. Use fewer shots or a shorter template.`,
    );
  const beyond = validation
    .slice(0, SAMPLE)
    .map(
      ({ text }) => tokensOf(template, text, tokenizer) - tokensOf(task.template, text, tokenizer),
    );
  const needed = (task.sequenceLength ?? defaultRecipe().sequenceLength) + Math.max(...beyond);
  const { sequenceLength } = withPromptRoom(recipe, needed);
  const example = validation[0]!;
  const shown = { template: templateIn(sequenceLength) };
  const [read] = encodeExamples([example], shown, tokenizer, sequenceLength);
  return {
    needed,
    prompt: tokenizer.decode(read!.ids).trimStart(),
    tokens: read!.ids.length,
    answer: task.labels[example.label]!,
  };
}
