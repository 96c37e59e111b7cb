/**
 * A student's place in a session, put together: the live client, the runs, the outbox and what is
 * kept on disk. The page renders it and nothing else.
 */
import { defaultRecipe, type Recipe } from '$lib/engine/formats/recipe.ts';
import { RunController } from '$lib/lab/run-controller.svelte.ts';
import { isActive, type RunState } from '$lib/lab/run-state.ts';
import { boardOf } from '$lib/live/board.ts';
import { challengeViolations } from '$lib/live/challenge.ts';
import { LiveClient } from '$lib/live/client.svelte.ts';
import { takesSubmissions } from '$lib/live/closing.ts';
import { openKeep } from '$lib/live/keep.ts';
import { Outbox } from '$lib/live/outbox.svelte.ts';
import { pageStorage, RunBeginnings } from '$lib/live/run-beginnings.ts';
import { currentRound, submissionsOf } from '$lib/live/session.ts';

export class LiveRoom {
  readonly client: LiveClient;
  readonly controller: RunController;
  readonly outbox: Outbox;
  readonly beginnings: RunBeginnings;
  /** True once the files of the coming round have been fetched. */
  ready = $state(false);

  #broughtBack = false;

  constructor(code: string) {
    this.client = new LiveClient({ code, role: 'participant' });
    this.outbox = new Outbox({ code, keep: openKeep() });
    this.beginnings = new RunBeginnings(code, pageStorage());
    this.controller = new RunController({
      code,
      onchange: (run) => this.#report(run),
      // The run still stands on this page; Submit says what that means.
      onunkept: () => (this.outbox.unsafe = true),
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

  /** Sends what an earlier visit left unanswered, and fetches what the round will need. */
  async open(): Promise<void> {
    void this.outbox.resume();
    await this.controller.warm(defaultRecipe());
    this.ready = true;
    this.#reportPreflight();
  }

  /** Brings back the runs of an earlier visit, once the session says which round they would go on in. */
  bringBack(): void {
    if (this.#broughtBack || !this.session) return;
    this.#broughtBack = true;
    void this.controller.open((recipe) => this.#isWanted(recipe));
  }

  close(): void {
    this.client.close();
    this.outbox.close();
    this.controller.destroy();
  }

  /** An interrupted run goes on by itself where its result could be submitted. */
  #isWanted(recipe: Recipe): boolean {
    const { round } = this;
    return (
      round !== null &&
      takesSubmissions(round, Date.now()) &&
      challengeViolations(round.challenge, recipe).length === 0
    );
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
    if (run.state !== 'idle' && isActive(run) && this.session)
      this.beginnings.note(run.live.id, this.session.seq);
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
