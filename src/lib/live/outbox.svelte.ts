/**
 * Submissions on their way to the server. Each is kept on disk before the first byte is sent, sent
 * until it is answered, and removed only after a receipt: a reload, a dead phone or bad wifi costs
 * time, never the result.
 */
import type { FinishedRun } from '../lab/run-controller.svelte.ts';
import { UPLOAD_TIMEOUT_MS } from './closing.ts';
import type { Answered, Keep, Pending, Settled } from './keep.ts';
import type { Report, SubmissionReceipt } from './protocol.ts';

type Progress =
  | { state: 'uploading'; attempt: number }
  /** The last attempt failed in a way that may pass; the next follows by itself. */
  | { state: 'waiting'; attempt: number; reason: string };

export type Delivery = Pick<Pending, 'runId' | 'roundId' | 'createdAt'> & (Progress | Answered);

export interface OutboxOptions {
  code: string;
  keep: Keep;
  fetch?: typeof globalThis.fetch;
  /** Resolves after `ms`. */
  sleep?: (ms: number) => Promise<void>;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;

/**
 * Whether a run that was refused may be tried again in a round: the round's own reasons end with the round,
 * a missing seat can be taken, and a file that is broken or too large stays so.
 */
export function mayResubmit(delivery: Delivery | undefined, roundId: string): boolean {
  if (!delivery) return true;
  if (delivery.state !== 'refused') return false;
  const { status } = delivery;
  if (status === 409 || status === 422) return delivery.roundId !== roundId;
  return status === 401 || status === 403 || status === 404;
}

/** The newest first. */
export function newestFirst(deliveries: Readonly<Record<string, Delivery>>): Delivery[] {
  return Object.values(deliveries).sort((a, b) => b.createdAt - a.createdAt);
}

export class Outbox {
  /** By run id. */
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

  /**
   * Submits a finished run; resolves when it was received or refused.
   * @param begun last event that the page had when the run began
   */
  async submit({ id, result }: FinishedRun, roundId: string, begun?: number): Promise<void> {
    if (!mayResubmit(this.deliveries[id], roundId)) return;
    const pending: Pending = {
      runId: id,
      code: this.#code,
      roundId,
      recipe: result.recipe,
      report: {
        accuracy: result.after.accuracy,
        trainingSeconds: result.trainingSeconds,
        backend: result.choice.backend,
        ...(begun === undefined ? {} : { begun }),
      },
      artifact: result.artifact,
      createdAt: Date.now(),
    };
    this.#set(pending, { state: 'uploading', attempt: 1 });
    try {
      await this.#keep.addPending(pending);
    } catch {
      this.unsafe = true;
    }
    await this.#deliver(pending);
  }

  /** Takes up what an earlier visit left unacknowledged. */
  async resume(): Promise<void> {
    const settled = await this.#keep.settledOf(this.#code).catch(() => []);
    for (const one of settled) this.#set(one, one.answer);
    const left = await this.#keep.pendingOf(this.#code).catch(() => []);
    await Promise.all(
      left.filter((one) => this.#isNews(one)).map((pending) => this.#deliver(pending)),
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

  /** A run that was refused and submitted again is pending once more. */
  #isNews({ runId, roundId }: Pending): boolean {
    return mayResubmit(this.deliveries[runId], roundId);
  }

  async #deliver(pending: Pending): Promise<void> {
    for (let attempt = 1; !this.#closed; attempt++) {
      this.#set(pending, { state: 'uploading', attempt });
      const answer = await this.#send(pending);
      if (answer.state === 'again') {
        this.#set(pending, { state: 'waiting', attempt, reason: answer.reason });
        await this.#pause(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)));
        continue;
      }
      const { runId, code, roundId, createdAt } = pending;
      const settled: Settled = { runId, code, roundId, createdAt, answer };
      await this.#keep.settle(settled).catch(() => undefined);
      this.#set(pending, answer);
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
        signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
      });
      return await readAnswer(response);
    } catch (error) {
      const late = error instanceof DOMException && error.name === 'TimeoutError';
      return {
        state: 'again',
        reason: late ? 'The upload took too long.' : 'The server cannot be reached.',
      };
    }
  }

  async #pause(ms: number): Promise<void> {
    let wake = () => {};
    const woken = new Promise<void>((resolve) => (wake = resolve));
    this.#wake.add(wake);
    await Promise.race([this.#sleep(ms), woken]);
    this.#wake.delete(wake);
  }

  #set({ runId, roundId, createdAt }: Omit<Settled, 'answer'>, now: Progress | Answered): void {
    this.deliveries = { ...this.deliveries, [runId]: { runId, roundId, createdAt, ...now } };
  }
}

type Answer = Answered | { state: 'again'; reason: string };

/** A 4xx is final, except those that only ask for patience (408, 425, 429). */
async function readAnswer(response: Response): Promise<Answer> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && isReceipt(body)) return { state: 'received', receipt: body };
  const said =
    body !== null && typeof body === 'object' && 'error' in body && typeof body.error === 'string'
      ? body.error
      : null;
  if (response.status >= 400 && response.status < 500 && ![408, 425, 429].includes(response.status))
    return {
      state: 'refused',
      status: response.status,
      reason: said ?? `The server refused it (${response.status}).`,
    };
  return { state: 'again', reason: said ?? 'The server could not take it yet.' };
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
