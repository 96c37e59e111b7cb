/**
 * Submissions on their way to the server. Each is kept on disk before the first byte is sent, sent
 * until it is answered, and removed only after a receipt: a reload, a dead phone or bad wifi costs
 * time, never the result.
 */
import type { FinishedRun } from '../lab/run-controller.svelte.ts';
import type { Keep, Pending } from './keep.ts';
import type { Report, SubmissionReceipt } from './protocol.ts';

export type Delivery =
  | { state: 'uploading'; runId: string; attempt: number }
  /** The last attempt failed in a way that may pass; the next follows by itself. */
  | { state: 'waiting'; runId: string; attempt: number; reason: string }
  | { state: 'received'; runId: string; receipt: SubmissionReceipt }
  /** The server will not take it; sending it again changes nothing. */
  | { state: 'refused'; runId: string; reason: string };

export interface OutboxOptions {
  code: string;
  keep: Keep;
  fetch?: typeof globalThis.fetch;
  /** Resolves after `ms`. */
  sleep?: (ms: number) => Promise<void>;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;

export class Outbox {
  /** By run id, in the order of submission. */
  deliveries = $state.raw<Record<string, Delivery>>({});
  /** True when this browser keeps nothing on disk: the page must stay open until the receipt. */
  unsafe = $state(false);

  readonly #code: string;
  readonly #keep: Keep;
  readonly #fetch: typeof globalThis.fetch;
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #wake = new Set<() => void>();
  #closed = false;

  constructor({ code, keep, fetch, sleep }: OutboxOptions) {
    this.#code = code;
    this.#keep = keep;
    this.#fetch = fetch ?? ((...args) => globalThis.fetch(...args));
    this.#sleep = sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  }

  /** Submits a finished run; resolves when it was received or refused. */
  async submit({ id, result }: FinishedRun, roundId: string): Promise<void> {
    if (this.deliveries[id] && this.deliveries[id].state !== 'refused') return;
    const pending: Pending = {
      runId: id,
      code: this.#code,
      roundId,
      recipe: result.recipe,
      report: {
        accuracy: result.after.accuracy,
        trainingSeconds: result.trainingSeconds,
        backend: result.choice.backend,
      },
      artifact: result.artifact,
      createdAt: Date.now(),
    };
    this.#set({ state: 'uploading', runId: id, attempt: 1 });
    try {
      await this.#keep.addPending(pending);
    } catch {
      this.unsafe = true;
    }
    await this.#deliver(pending);
  }

  /** Takes up what an earlier visit left unacknowledged. */
  async resume(): Promise<void> {
    const receipts = await this.#keep.receiptsOf(this.#code).catch(() => []);
    for (const { runId, receipt } of receipts) this.#set({ state: 'received', runId, receipt });
    const left = await this.#keep.pendingOf(this.#code).catch(() => []);
    await Promise.all(
      left.filter(({ runId }) => !this.deliveries[runId]).map((pending) => this.#deliver(pending)),
    );
  }

  /** Ends waiting early: the connection is back. */
  retryNow(): void {
    for (const wake of this.#wake) wake();
  }

  close(): void {
    this.#closed = true;
    this.retryNow();
  }

  async #deliver(pending: Pending): Promise<void> {
    const { runId } = pending;
    for (let attempt = 1; !this.#closed; attempt++) {
      this.#set({ state: 'uploading', runId, attempt });
      const answer = await this.#send(pending);
      if (answer.kind === 'again') {
        this.#set({ state: 'waiting', runId, attempt, reason: answer.reason });
        await this.#pause(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)));
        continue;
      }
      if (answer.kind === 'received') {
        const { receipt } = answer;
        await this.#keep.settle({ runId, code: pending.code, receipt }).catch(() => undefined);
        this.#set({ state: 'received', runId, receipt });
      } else {
        await this.#keep.removePending(runId).catch(() => undefined);
        this.#set({ state: 'refused', runId, reason: answer.reason });
      }
      return;
    }
  }

  async #send({ runId, code, roundId, recipe, report, artifact }: Pending): Promise<Answer> {
    const body = new FormData();
    body.set('round', roundId);
    body.set('recipe', JSON.stringify(recipe));
    body.set('report', JSON.stringify(report satisfies Report));
    body.set('artifact', new Blob([artifact]), 'artifact.safetensors');
    try {
      const response = await this.#fetch(`/api/sessions/${code}/submissions/${runId}`, {
        method: 'PUT',
        body,
      });
      return await readAnswer(response);
    } catch {
      return { kind: 'again', reason: 'The server cannot be reached.' };
    }
  }

  async #pause(ms: number): Promise<void> {
    let wake = () => {};
    const woken = new Promise<void>((resolve) => (wake = resolve));
    this.#wake.add(wake);
    await Promise.race([this.#sleep(ms), woken]);
    this.#wake.delete(wake);
  }

  #set(delivery: Delivery): void {
    this.deliveries = { ...this.deliveries, [delivery.runId]: delivery };
  }
}

type Answer =
  | { kind: 'received'; receipt: SubmissionReceipt }
  | { kind: 'refused'; reason: string }
  | { kind: 'again'; reason: string };

/** A 4xx is final, except those that only ask for patience (408, 425, 429). */
async function readAnswer(response: Response): Promise<Answer> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && isReceipt(body)) return { kind: 'received', receipt: body };
  const said =
    body !== null && typeof body === 'object' && 'error' in body && typeof body.error === 'string'
      ? body.error
      : null;
  if (response.status >= 400 && response.status < 500 && ![408, 425, 429].includes(response.status))
    return { kind: 'refused', reason: said ?? `The server refused it (${response.status}).` };
  return { kind: 'again', reason: said ?? 'The server could not take it yet.' };
}

function isReceipt(body: unknown): body is SubmissionReceipt {
  return (
    body !== null &&
    typeof body === 'object' &&
    'submissionId' in body &&
    typeof body.submissionId === 'string' &&
    'ahead' in body &&
    typeof body.ahead === 'number'
  );
}
