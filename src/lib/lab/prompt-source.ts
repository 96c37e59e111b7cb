/** The texts that prompts are made of, and the tokenizer that counts them. */
import { parseExamples, parseTask } from '../engine/data/task.ts';
import type { PromptSource } from './prompt-reading.ts';

/** @throws when a file is missing or is not what it should be */
export async function loadPromptSource(
  base: string,
  task: string,
  fetch: typeof globalThis.fetch,
): Promise<PromptSource> {
  const read = async (path: string) => {
    const response = await fetch(path);
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return response.text();
  };
  const [description, train, validation, tokenizer, config] = await Promise.all([
    read(`/tasks/${task}/task.json`),
    read(`/tasks/${task}/train.jsonl`),
    read(`/tasks/${task}/validation.jsonl`),
    read(`/models/${base}/tokenizer.json`),
    read(`/models/${base}/config.json`),
  ]);
  // Only prompting needs them on the page itself.
  const [{ createTokenizer }, { parseLlamaConfig }] = await Promise.all([
    import('../engine/data/tokenizer.ts'),
    import('../engine/model/config.ts'),
  ]);
  const parsed = parseTask(JSON.parse(description));
  const { bosToken } = parseLlamaConfig(JSON.parse(config));
  return {
    task: parsed,
    train: parseExamples(train, parsed),
    validation: parseExamples(validation, parsed),
    tokenizer: createTokenizer(JSON.parse(tokenizer) as object, bosToken),
  };
}
