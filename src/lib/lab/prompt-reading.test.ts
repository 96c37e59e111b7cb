import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeExamples } from '../engine/data/batches.ts';
import { promptTemplate } from '../engine/data/prompt.ts';
import { parseExamples, parseTask } from '../engine/data/task.ts';
import { createTokenizer } from '../engine/data/tokenizer.ts';
import { defaultRecipe, type Method, type Recipe } from '../engine/formats/recipe.ts';
import { readPrompt, type PromptSource } from './prompt-reading.ts';
import { MAX_SEQUENCE, withPromptRoom } from './recipe-edit.ts';

const read = (path: string) => readFileSync(`static/${path}`, 'utf8');
const task = parseTask(JSON.parse(read('tasks/definition-domain/task.json')));
const tokenizer = createTokenizer(JSON.parse(read('models/nano/tokenizer.json')) as object, 1);
const plain = defaultRecipe().sequenceLength;
/** Texts that are not cut in training. */
const validation = parseExamples(read('tasks/definition-domain/validation.jsonl'), task).filter(
  ({ text }) => tokenizer.encode(task.template.replace('{text}', text)).length <= plain,
);
const source: PromptSource = {
  task,
  train: parseExamples(read('tasks/definition-domain/train.jsonl'), task),
  validation,
  tokenizer,
};
type Prompting = Extract<Method, { kind: 'prompting' }>;
const prompting = (change: Partial<Prompting> = {}): Recipe => ({
  ...defaultRecipe('prompting'),
  method: { kind: 'prompting', shots: 0, template: null, ...change },
});

describe('readPrompt (L-18)', () => {
  it('shows the first validation example in the template, with its answer', () => {
    const reading = readPrompt(prompting(), source)!;
    const { text, label } = source.validation[0]!;
    expect(reading.prompt).toBe(`${text}: a kind of`);
    expect(reading.answer).toBe(task.labels[label]);
    expect(reading.needed).toBe(plain);
    expect(reading.tokens).toBeLessThanOrEqual(plain);
  });

  it('puts the demonstrations in front, and asks for room for them and for the text', () => {
    const recipe = prompting({ shots: 3 });
    const { prompt, needed } = readPrompt(recipe, source)!;
    const lines = prompt.split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines.slice(0, 3))
      expect(task.labels.some((label) => line.endsWith(`: a kind of ${label}`))).toBe(true);
    // No text is cut that is whole without demonstrations.
    const { sequenceLength } = withPromptRoom(recipe, needed);
    const template = promptTemplate(
      task,
      recipe.method,
      source.train,
      recipe.seed,
      tokenizer,
      sequenceLength,
    );
    const shown = encodeExamples(validation, { template }, tokenizer, sequenceLength);
    for (const [index, { ids }] of shown.entries())
      expect(tokenizer.decode(ids).endsWith(`${validation[index]!.text}: a kind of`)).toBe(true);
    expect(needed).toBeGreaterThan(plain);
  });

  it("reads the student's own template", () => {
    const template = 'Definition: {text}. It is a sort of';
    const { prompt } = readPrompt(prompting({ template }), source)!;
    expect(prompt).toBe(`Definition: ${source.validation[0]!.text}. It is a sort of`);
  });

  it('says so when the prompt leaves no room for a text', () => {
    const template = `${'Read this. '.repeat(20)}{text}: a kind of`;
    expect(() => readPrompt(prompting({ shots: 16, template }), source)).toThrow(
      new RegExp(`takes \\d+ of the ${MAX_SEQUENCE} tokens.*fewer shots`),
    );
  });

  it('has nothing to read for a method without a prompt', () => {
    expect(readPrompt(defaultRecipe('lora'), source)).toBeNull();
  });
});
