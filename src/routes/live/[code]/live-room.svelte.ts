/**
 * A student's place in a session, put together: the live client, the runs, the outbox and what is
 * kept on disk. The page renders it and nothing else.
 */
import { defaultRecipe } from '$lib/engine/formats/recipe.ts';
import { RunController, type FinishedRun } from '$lib/lab/run-controller.svelte.ts';
import { isActive, type RunState } from '$lib/lab/run-state.ts';
import { boardOf } from '$lib/live/board.ts';
import { LiveClient } from '$lib/live/client.svelte.ts';
import { openKeep } from '$lib/live/keep.ts';
import { Outbox } from '$lib/live/outbox.svelte.ts';
import { currentRound, submissionsOf } from '$lib/live/session.ts';

export class LiveRoom {
  readonly client: LiveClient;
  readonly controller: RunController;
  readonly outbox: Outbox;
  /** True once the files of the coming round have been fetched. */
  ready = $state(false);

  readonly #keep = openKeep();
  readonly #code: string;

  constructor(code: string) {
    this.#code = code;
    this.client = new LiveClient({ code, role: 'participant' });
    this.outbox = new Outbox({ code, keep: this.#keep });
    this.controller = new RunController({
      onchange: (run) => this.#report(run),
      onfinished: (run) => this.#store(run),
    });
  }

  get session() {
    return this.client.session;
  }
  get round() {
    return this.session ? currentRound(this.session) : null;
  }
  get rows() {
    return this.session ? boardOf(this.session) : [];
  }
  /** This participant's submissions in the current round. */
  get used(): number {
    const you = this.client.you;
    if (!this.session || !this.round || you?.role !== 'participant') return 0;
    return submissionsOf(this.session, this.round.id).filter(
      ({ participantId }) => participantId === you.participant.id,
    ).length;
  }

  /** Brings back what an earlier visit left, and fetches what the round will need. */
  async open(): Promise<void> {
    this.controller.restore(await this.#keep.runsOf(this.#code).catch(() => []));
    void this.outbox.resume();
    await this.controller.warm(defaultRecipe());
    this.ready = true;
    this.#reportPreflight();
  }

  close(): void {
    this.client.close();
    this.outbox.close();
    this.controller.destroy();
  }

  #store(run: FinishedRun): void {
    // Where nothing can be kept, the run still stands on this page; Submit says what that means.
    this.#keep.addRun(this.#code, run).catch(() => {
      this.outbox.unsafe = true;
    });
  }

  #reportPreflight(): void {
    const { preflight } = this.controller;
    if (!preflight || preflight.choice.backend === 'node') return;
    this.client.reportPreflight({
      backend: preflight.choice.backend,
      threads: preflight.choice.threads,
      secondsPerStep: preflight.speed?.secondsPerStep ?? null,
    });
  }

  #report(run: RunState): void {
    if (run.state === 'idle' || !run.live.choice || run.live.choice.backend === 'node') return;
    const { live } = run;
    this.client.reportProgress({
      runId: live.id,
      step: live.step,
      steps: live.recipe.steps,
      loss: finite(live.trace.at(-1)?.loss),
      accuracy: finite(live.validations.at(-1)?.accuracy),
      tokensPerSecond: live.tokensPerSecond ?? 0,
      backend: run.live.choice.backend,
      state: isActive(run)
        ? 'running'
        : run.state === 'failed'
          ? 'failed'
          : run.result.stopped
            ? 'stopped'
            : 'finished',
    });
  }
}

/** A loss that diverged is not a number; the protocol then carries none. */
function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
