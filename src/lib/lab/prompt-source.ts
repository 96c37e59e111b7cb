/** The texts that prompts are made of, and the tokenizer that counts them. */
import { isCustomTask, parseExamples, type Example } from '../engine/data/task.ts';
import { loadConfig, findLabTask } from './assets.ts';
import type { CustomTasks } from './custom-tasks.ts';
import type { PromptSource } from './prompt-reading.ts';

type Fetch = typeof globalThis.fetch;

async function read(path: string, fetch: Fetch): Promise<string> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.text();
}

/** @throws when something is missing or is not what it should be */
export async function loadPromptSource(
  { base, task: id }: { base: string; task: string },
  own: Pick<CustomTasks, 'get'>,
  fetch: Fetch,
): Promise<PromptSource> {
  const task = await findLabTask(id, own);
  const examples = async (split: 'train' | 'validation'): Promise<readonly Example[]> => {
    const custom = isCustomTask(id) ? await own.get(id) : undefined;
    return custom
      ? custom[split]
      : parseExamples(await read(`/tasks/${id}/${split}.jsonl`, fetch), task);
  };
  const [train, validation, tokenizer, { bosToken }, { createTokenizer }] = await Promise.all([
    examples('train'),
    examples('validation'),
    read(`/models/${base}/tokenizer.json`, fetch),
    loadConfig(base, fetch),
    // Only prompting needs it on the page itself.
    import('../engine/data/tokenizer.ts'),
  ]);
  return {
    task,
    train,
    validation,
    tokenizer: createTokenizer(JSON.parse(tokenizer) as object, bosToken),
  };
}
