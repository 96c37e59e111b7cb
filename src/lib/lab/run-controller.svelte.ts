/**
 * One page's runs: the run on screen, those finished, and those that were interrupted. Views read it; the
 * worker client feeds it through {@link reduceRun}. It sees to it that no run is lost: each is on disk from
 * its start, goes on after a reload, and moves to another worker when its own breaks down.
 */
import type { CustomTask } from '../engine/data/custom-task.ts';
import { isCustomTask } from '../engine/data/task.ts';
import type { Recipe } from '../engine/formats/recipe.ts';
import type { Checkpoint } from '../engine/train/checkpoint.ts';
import type { RunResult } from '../engine/train/events.ts';
import { openCustomTasks, type CustomTasks } from './custom-tasks.ts';
import { nextBackend } from './recovery.ts';
import { IDLE, isActive, reduceRun, type RunAction, type RunState } from './run-state.ts';
import { openRunStore, type KeptRun, type RunStore, type UnfinishedRun } from './run-store.ts';
import { openTrainingLock, type TrainingLock } from './training-lock.ts';
import { makeUuid } from './uuid.ts';
import { WakeLock } from './wake-lock.ts';
import { WorkerClient } from './worker-client.ts';
import type { Preflight, RunMessage, RunOrder } from './worker-protocol.ts';

export interface FinishedRun {
  id: string;
  result: RunResult;
  /** Milliseconds since the epoch, by this device's clock. */
  finishedAt: number;
}

export interface RunControllerOptions {
  /** A session's join code, or the lab: runs of one are not shown in the other. */
  code: string;
  worker?: WorkerClient;
  store?: RunStore;
  customTasks?: CustomTasks;
  lock?: TrainingLock;
  wakeLock?: Pick<WakeLock, 'hold' | 'release'>;
  /** Called whenever the run says something, as often as that is. */
  onchange?: (run: RunState) => void;
  /** Called when this browser keeps a finished run nowhere but on this page. */
  onunkept?: () => void;
  /** Called with each run that finished and is kept. */
  onkept?: (run: KeptRun) => void;
}

/** Steps can come faster than a screen can use them: views see the state at most this often. */
const PUBLISH_EVERY_MS = 120;

const OTHER_TAB = {
  start:
    'Another tab of this browser is training. Let it finish or stop it there, then press Run here.',
  resume:
    'A run is going on in another tab of this browser. It goes on there; its result shows here after a reload.',
  discard:
    'A run is going on in another tab of this browser. Nothing is discarded here while it does: reload this page once it has ended.',
};

export class RunController {
  run = $state.raw<RunState>(IDLE);
  finished = $state.raw<FinishedRun[]>([]);
  /** Interrupted runs that do not go on by themselves; the student decides. */
  interrupted = $state.raw<UnfinishedRun[]>([]);
  /** Why nothing starts here, as a sentence. */
  refusal = $state<string | null>(null);
  readonly active = $derived(isActive(this.run));
  /** What this device said of itself before its first run. */
  preflight = $state.raw<Preflight | null>(null);

  /** The true state, ahead of `run` by one publication at most. */
  #latest: RunState = IDLE;
  /** Views' alone: nothing of a run waits for it. */
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Base and task that the worker has loaded, or is loading. */
  #warm: string | null = null;
  /** True from the press of Run until the lock is there or refused. */
  #claiming = false;
  #unlock: (() => void) | null = null;
  /** Whether another tab trains is being found out, with the lock: a press of Run waits for it. */
  #probing: Promise<unknown> = Promise.resolve();
  /** The storing of the last result: the lock is held until it is done. */
  #ending: Promise<void> = Promise.resolve();
  /** The writing down of the last Stop. */
  #marking: Promise<unknown> = Promise.resolve();
  /** The last checkpoints that a worker could not store, by run: until it has ended or is discarded. */
  readonly #held = new Map<string, Checkpoint>();
  #destroyed = false;
  readonly #worker: WorkerClient;
  readonly #store: RunStore;
  /** The person's own data. */
  readonly customTasks: CustomTasks;
  readonly #lock: TrainingLock;
  readonly #wakeLock: Pick<WakeLock, 'hold' | 'release'>;
  readonly #options: RunControllerOptions;

  constructor(options: RunControllerOptions) {
    this.#options = options;
    this.#worker = options.worker ?? new WorkerClient();
    this.#store = options.store ?? openRunStore();
    this.customTasks = options.customTasks ?? openCustomTasks();
    this.#lock = options.lock ?? openTrainingLock();
    this.#wakeLock = options.wakeLock ?? new WakeLock();
  }

  /**
   * Loads model, task and backend ahead of the first run and times a few steps, once a base and task. Best
   * effort: the run reports what fails again.
   */
  async warm(recipe: Recipe): Promise<void> {
    const wanted = `${recipe.base.id} ${recipe.task}`;
    if (this.#warm === wanted || isActive(this.#latest)) return;
    this.#warm = wanted;
    const own: Recipe = $state.snapshot(recipe);
    const data = isCustomTask(own.task) ? await this.#dataOf(own) : undefined;
    const preflight = await this.#worker.warm(own, data);
    // Another one was asked for meanwhile, and says more.
    if (this.#warm !== wanted) return;
    this.preflight = preflight ?? this.preflight;
    if (preflight === null) this.#warm = null;
  }

  /** Brings back what earlier visits left: finished runs are listed, and the last interrupted one goes on. */
  async open(goesOn: (recipe: Recipe) => boolean = () => true): Promise<void> {
    const { code } = this.#options;
    const known = new Set(this.finished.map(({ id }) => id));
    const kept = await this.#store.runsOf(code).catch(() => []);
    this.finished = [...kept.filter(({ id }) => !known.has(id)), ...this.finished];
    const [last, ...older] = await this.#store.unfinishedOf(code).catch(() => []);
    if (!last) return;
    // Another tab may be training one of them: none is offered then.
    this.#probing = this.#trainsElsewhere();
    if (await this.#probing) {
      this.refusal = OTHER_TAB.resume;
      return;
    }
    if (last.end !== 'none' || !goesOn(last.recipe)) {
      this.interrupted = [last, ...older];
      return;
    }
    this.interrupted = older;
    await this.resume(last);
  }

  async start(recipe: Recipe): Promise<void> {
    // A proxy cannot be cloned to the worker, and later edits must not reach a run in progress.
    const own: Recipe = $state.snapshot(recipe);
    await this.#claim(OTHER_TAB.start, async () => {
      const id = makeUuid();
      const run: UnfinishedRun = {
        id,
        code: this.#options.code,
        recipe: own,
        startedAt: Date.now(),
        end: 'none',
      };
      await this.#store.begin(run).catch(() => undefined);
      // Left in the meantime: it is on disk, and goes on when the page is opened again.
      if (this.#destroyed) return;
      const data = await this.#dataOf(own);
      if (this.#destroyed) return;
      this.#apply({ type: 'start', id, recipe: own });
      this.#train({ id, recipe: own, data });
    });
  }

  /** Goes on with an interrupted run, under its own id. */
  async resume(run: UnfinishedRun): Promise<void> {
    await this.#claim(OTHER_TAB.resume, async () => {
      const { id, recipe } = run;
      // The tab that had the lock may have ended the run, or thrown it away, in the meantime.
      const left = await this.#store.unfinishedOf(run.code).catch(() => []);
      this.interrupted = this.interrupted.filter((other) => other.id !== id);
      if (!left.some((other) => other.id === id) && !this.#held.has(id)) return;
      await this.#store.begin({ ...run, end: 'none' }).catch(() => undefined);
      const checkpoint = await this.#checkpointOf(id);
      const data = await this.#dataOf(recipe);
      if (this.#destroyed) return;
      this.#apply({ type: 'start', id, recipe, from: checkpoint });
      this.#train({ id, recipe, data, checkpoint });
    });
  }

  /** Throws an interrupted run away. */
  async discard({ id }: UnfinishedRun): Promise<void> {
    const forget = async () => {
      this.interrupted = this.interrupted.filter((other) => other.id !== id);
      await this.#forget(id);
    };
    // Who trains has the lock already. Without it the run may by now be another tab's.
    await (isActive(this.#latest) ? forget() : this.#claim(OTHER_TAB.discard, forget));
  }

  async #forget(id: string): Promise<void> {
    this.#held.delete(id);
    await this.#store.forget(id).catch(() => undefined);
  }

  /** What was trained is kept and becomes the run's result; before the first step there is nothing to keep. */
  stop(): void {
    const run = this.#latest;
    if (run.state !== 'training' && run.state !== 'preparing') return;
    if (run.state === 'preparing' && run.live.step === 0) {
      this.#worker.terminate();
      void this.#forget(run.live.id);
      this.#apply({ type: 'discard' });
      this.#letGo();
      return;
    }
    this.#apply({ type: 'stop' });
    this.#marking = this.#mark(run.live.id, run.live.recipe, 'stopped');
    void this.#halt(run.live.id);
  }

  /** The record first: what the page shows as stopped does not go on by itself after a reload. */
  async #halt(id: string): Promise<void> {
    await this.#marking;
    const run = this.#latest;
    if (run.state === 'stopping' && run.live.id === id) this.#worker.stop();
  }

  destroy(): void {
    this.#destroyed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#worker.terminate();
    this.#letGo();
  }

  /** Does `begin` with the lock of this browser's training; without it says why not. */
  async #claim(refusal: string, begin: () => Promise<void>): Promise<void> {
    if (this.#claiming || isActive(this.#latest)) return;
    this.#claiming = true;
    try {
      await this.#ending;
      // The last run's, where Run was pressed while its result was being stored.
      this.#letGo();
      await this.#probing;
      const unlock = await this.#lock.acquire();
      this.refusal = unlock ? null : refusal;
      if (!unlock) return;
      if (this.#destroyed) return unlock();
      this.#unlock = unlock;
      this.#wakeLock.hold();
      await begin();
      if (!isActive(this.#latest)) this.#letGo();
    } finally {
      this.#claiming = false;
    }
  }

  async #trainsElsewhere(): Promise<boolean> {
    if (this.#claiming || this.#unlock) return false;
    const unlock = await this.#lock.acquire();
    unlock?.();
    return unlock === null;
  }

  #letGo(): void {
    if (!this.#unlock) return;
    this.#unlock();
    this.#unlock = null;
    this.#wakeLock.release();
  }

  #train(order: RunOrder): void {
    this.#worker.run(order, (message) => void this.#receive(order, message));
  }

  async #receive(order: RunOrder, message: RunMessage): Promise<void> {
    if (message.type === 'checkpoint') this.#held.set(order.id, message.checkpoint);
    else if (message.type === 'lost') await this.#recover(order, message.message);
    else this.#apply(message);
    if (message.type === 'done') this.#ending = this.#keep(order.id, message.result);
    if (message.type === 'failed') this.#ending = this.#fail(order, message.again);
    await this.#ending;
    if (!isActive(this.#latest) && !this.#claiming) this.#letGo();
  }

  /** The worker is gone. Another one goes on from the last checkpoint, on the same backend once, then on WASM. */
  async #recover(order: RunOrder, reason: string): Promise<void> {
    const { id, recipe, data } = order;
    if (!isActive(this.#latest)) return;
    const checkpoint = await this.#checkpointOf(id);
    // Stopped in the meantime, or discarded, and another one begun.
    const run = this.#latest;
    if (this.#destroyed || !isActive(run) || run.live.id !== id) return;
    const { losses, step, choice } = run.live;
    // A worker that ended before it said where it runs was to run where it was told.
    const backend = choice
      ? choice.backend === 'webgpu'
        ? 'webgpu'
        : 'wasm'
      : (order.backend ?? 'wasm');
    const next = nextBackend(losses, backend);
    if (next === null) return this.#giveUp(order, reason);
    this.#apply({ type: 'recover', loss: { backend, step, next }, from: checkpoint ?? null });
    this.#train({ id, recipe, data, backend: next, checkpoint });
    if (run.state === 'stopping') void this.#halt(id);
  }

  async #giveUp(order: RunOrder, reason: string): Promise<void> {
    const message = `The engine broke down again and again on this device: ${reason}`;
    this.#apply({ type: 'failed', message, again: true });
    this.#ending = this.#fail(order, true);
    await this.#ending;
  }

  /** @param again what has been trained may be taken up later, as the student likes */
  async #fail({ id, recipe }: RunOrder, again: boolean): Promise<void> {
    const trained = this.#latest.state === 'failed' && this.#latest.live.step > 0;
    if (!again || !trained) return this.#forget(id);
    const run = await this.#mark(id, recipe, 'lost');
    const others = this.interrupted;
    const left = await this.#store.unfinishedOf(run.code).catch(() => others);
    // Where nothing could be stored this page alone has it.
    this.interrupted = left.some((other) => other.id === id) ? left : [run, ...left];
  }

  async #mark(id: string, recipe: Recipe, end: UnfinishedRun['end']): Promise<UnfinishedRun> {
    const run = { id, code: this.#options.code, recipe, startedAt: Date.now(), end };
    await this.#store.begin(run).catch(() => undefined);
    return run;
  }

  /** The recipe's task, where it is the person's own; undefined for any other, and where it is not here. */
  async #dataOf({ task }: Recipe): Promise<CustomTask | undefined> {
    return isCustomTask(task) ? this.customTasks.get(task) : undefined;
  }

  /** The later one of those on disk and in this page: a disk may fill up in mid-run, and empty again. */
  async #checkpointOf(id: string): Promise<Checkpoint | undefined> {
    const stored = await this.#store.checkpointOf(id).catch(() => undefined);
    const held = this.#held.get(id);
    // A worker is given the vectors themselves, and this page may need them for the next one.
    return held && held.step > (stored?.step ?? -1) ? structuredClone(held) : stored;
  }

  #apply(action: RunAction): void {
    const before = this.#latest;
    this.#latest = reduceRun(before, action);
    if (this.#latest === before) return;
    if (this.#latest.state === before.state && this.#latest.state === 'training')
      this.#publishSoon();
    else this.#publish();
    this.#options.onchange?.(this.#latest);
  }

  async #keep(id: string, result: RunResult): Promise<void> {
    this.#held.delete(id);
    const run: FinishedRun = { id, result, finishedAt: Date.now() };
    this.finished = [...this.finished, run];
    // Its checkpoint goes only now that the result is there: what cannot be stored can be trained to its end again.
    const kept: KeptRun = { ...run, code: this.#options.code };
    await this.#store.finish(kept).then(
      () => this.#options.onkept?.(kept),
      () => this.#options.onunkept?.(),
    );
  }

  #publishSoon(): void {
    this.#timer ??= setTimeout(() => this.#publish(), PUBLISH_EVERY_MS);
  }

  #publish(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.run = this.#latest;
  }
}
