/** The worker's end: answers one question after another, and keeps the base models that it has loaded. */
import { loadBaseModel, MODEL_FILES, type BaseModel } from '../../engine/model/base-model.ts';
import { remembered } from '../../lab/remembered.ts';
import { fetchBytes } from '../../lab/fetch-bytes.ts';
import type { Answer, Ask, Asked, Questions, Reply } from './protocol.ts';

type Answers<Q extends Questions<Q>> = {
  [K in keyof Q]: (ask: Ask<Q, K>) => Promise<Answer<Q, K>>;
};

/** One at a time: a session runs one text, and a long sum keeps nothing else waiting that was asked before it. */
export function serve<Q extends Questions<Q>>(answers: Answers<Q>): void {
  let last: Promise<unknown> = Promise.resolve();
  const reply = async ({ type, id, ask }: Asked<Q>) => {
    try {
      send<Q>({ type: 'answer', id, answer: await answers[type](ask) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      send<Q>({ type: 'failed', id, message });
    }
  };
  self.addEventListener('message', ({ data }: MessageEvent<Asked<Q>>) => {
    last = last.then(() => reply(data));
  });
}

const models = new Map<string, Promise<BaseModel>>();

/** A shipped base model; how far its files are is told to the page. */
export function modelOf(id: string): Promise<BaseModel> {
  return remembered(models, id, async () => {
    const path = (file: string) => `/models/${id}/${file}`;
    const files = await fetchBytes(MODEL_FILES.map(path), (loaded, total) =>
      send({ type: 'progress', loaded, total }),
    );
    return loadBaseModel(id, async (file) => files.get(path(file))!);
  });
}

function send<Q extends Questions<Q>>(message: Reply<Q>): void {
  self.postMessage(message);
}
