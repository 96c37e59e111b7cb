import { describe, expect, it } from 'vitest';
import tokenizerJson from '../../../../static/models/nano/tokenizer.json' with { type: 'json' };
import { defaultMethod } from '../formats/recipe.ts';
import { encodeExamples } from './batches.ts';
import { demonstrations, promptTemplate } from './prompt.ts';
import type { Example } from './task.ts';
import { createTokenizer } from './tokenizer.ts';

const tokenizer = createTokenizer(tokenizerJson, 1);
const task = { template: '{text}: a kind of', labels: ['animal', 'plant', 'food'] };
const train: Example[] = Array.from({ length: 30 }, (_, index) => ({
  text: `thing number ${index} that is described in a few words`,
  label: index % 3,
}));
const long: Example[] = train.map((example) => ({ ...example, text: example.text.repeat(20) }));
const prompting = (shots: number, template: string | null = null) => ({
  ...defaultMethod('prompting'),
  shots,
  template,
});

describe('a prompt', () => {
  it("is the task's template for a method that trains", () => {
    const method = defaultMethod('lora');
    expect(promptTemplate(task, method, train, 1, tokenizer, 64)).toBe(task.template);
  });

  it('takes its examples from as many labels as possible, drawn by the seed', () => {
    const labels = demonstrations(train, 6, 1).map(({ label }) => label);
    expect(new Set(labels.slice(0, 3)).size).toBe(3);
    expect(new Set(labels.slice(3)).size).toBe(3);
    expect(demonstrations(train, 6, 1)).toEqual(demonstrations(train, 6, 1));
    expect(demonstrations(train, 6, 2)).not.toEqual(demonstrations(train, 6, 1));
    expect(demonstrations(train, 40, 1)).toHaveLength(train.length);
  });

  it('puts each example, answered, on a line of its own before the question', () => {
    const lines = promptTemplate(
      task,
      prompting(2, 'Q: {text} A:'),
      train,
      1,
      tokenizer,
      256,
    ).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toBe('Q: {text} A:');
    for (const [index, { text, label }] of demonstrations(train, 2, 1).entries())
      expect(lines[index]).toBe(`Q: ${text} A: ${task.labels[label]}`);
  });

  it('cuts examples that would leave the question less than its share', () => {
    const length = 128;
    const template = promptTemplate(task, prompting(3), long, 1, tokenizer, length);
    const lines = template.split('\n').slice(0, -1);
    for (const line of lines) {
      expect(line).toMatch(/: a kind of (animal|plant|food)$/);
      // The line's own share, give or take where tokens meet.
      expect(tokenizer.encode(line).length).toBeLessThanOrEqual(length / 4 + 1);
    }
    const [encoded] = encodeExamples([long[0]!], { template }, tokenizer, length);
    expect(encoded!.ids).toHaveLength(length);
    expect(tokenizer.decode(encoded!.ids)).toMatch(/thing number 0 .*: a kind of$/s);
  });
});
