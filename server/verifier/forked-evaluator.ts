/**
 * Evaluates in a child process, one job at a time. A hostile or huge artifact can exhaust only the child,
 * and its limits hold even against native code that never returns:
 *
 * - time: a job that takes longer is ended with the child
 * - memory: V8's heap by the child's own flag, the whole process by `watchdog.mjs`
 *
 * After a job the child stays, with base model and private split loaded; after a failure of any kind it is
 * replaced, so that nothing half-loaded serves the next job.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism, setPriority } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../paths.ts';
import type { EvaluationJob, EvaluationOutcome, Evaluator } from './evaluator.ts';
import type { FromChild, ToChild } from './messages.ts';

/** Below the server's own priority, so that pages answer while the verifier computes. */
const NICENESS = 10;

export interface ForkedEvaluatorOptions {
  secret: Uint8Array;
  /** For one job, in ms. The first job of a child also loads the model. */
  timeout: number;
  /** Most memory the child may hold, in bytes. */
  maxRss?: number;
}

const MAX_RSS = 1536 * 2 ** 20;
/** V8's old generation, in MiB; tensors live outside of it. */
const MAX_HEAP = 512;

/** Built, the child is a file beside the server; from source, tsx runs it. */
function childEntry(): { path: string; execArgv: string[] } {
  const limits = [`--max-old-space-size=${MAX_HEAP}`];
  return import.meta.url.endsWith('.ts')
    ? {
        path: join(packageRoot(), 'server', 'verifier', 'child.ts'),
        execArgv: [...limits, '--import', 'tsx'],
      }
    : { path: join(packageRoot(), 'build-server', 'verifier-child.js'), execArgv: limits };
}

export class ForkedEvaluator implements Evaluator {
  readonly #options: ForkedEvaluatorOptions;
  #child: ChildProcess | null = null;
  #closed = false;

  constructor(options: ForkedEvaluatorOptions) {
    this.#options = options;
  }

  evaluate(job: EvaluationJob): Promise<EvaluationOutcome> {
    if (this.#closed) return Promise.reject(new Error('the evaluator is closed'));
    const child = (this.#child ??= this.#start());
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        child.off('error', onError);
        settle();
      };
      const fail = (message: string) => {
        this.#kill(child);
        finish(() => reject(new Error(message)));
      };
      const onMessage = (message: FromChild) =>
        message.type === 'outcome' ? finish(() => resolve(message.outcome)) : fail(message.message);
      const onExit = (code: number | null, signal: string | null) =>
        fail(`the verifier process ended (${signal ?? `exit code ${code}`})`);
      const onError = (error: Error) => fail(`the verifier process failed: ${error.message}`);
      const { timeout } = this.#options;
      const timer = setTimeout(
        () => fail(`it took longer than ${timeout / 1000} seconds`),
        timeout,
      );
      child.on('message', onMessage);
      child.once('exit', onExit);
      child.once('error', onError);
      this.#send(child, { type: 'evaluate', ...job });
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    if (this.#child) this.#kill(this.#child);
    return Promise.resolve();
  }

  #start(): ChildProcess {
    const { path, execArgv } = childEntry();
    const child = fork(path, [], {
      execArgv,
      serialization: 'advanced',
      // Its own environment: no database address, no tokens.
      env: { PATH: process.env.PATH, NODE_ENV: process.env.NODE_ENV },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    try {
      if (child.pid) setPriority(child.pid, NICENESS);
    } catch {
      // Some containers forbid it; the verifier then runs at the server's priority.
    }
    // An idle child that dies is replaced at the next job. The listener also keeps `error` from being thrown.
    const forget = () => {
      if (this.#child === child) this.#child = null;
    };
    child.once('exit', forget);
    child.on('error', forget);
    this.#send(child, {
      type: 'start',
      secret: this.#options.secret,
      threads: Math.max(1, availableParallelism() - 1),
      maxRss: this.#options.maxRss ?? MAX_RSS,
    });
    return child;
  }

  #send(child: ChildProcess, message: ToChild): void {
    // A failure to send comes with `exit` or `error`, which the job listens for.
    if (child.connected) child.send(message, () => {});
  }

  #kill(child: ChildProcess): void {
    if (this.#child === child) this.#child = null;
    child.kill('SIGKILL');
  }
}
