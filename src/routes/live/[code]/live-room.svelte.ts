/**
 * A student's place in a session, put together: the live client, the runs, the outbox and what is
 * kept on disk. The page renders it and nothing else.
 */
import { noteRun } from '$lib/content/carry-study.ts';
import { shippedTask } from '$lib/engine/data/shipped-tasks.ts';
import { defaultRecipe, type Recipe } from '$lib/engine/formats/recipe.ts';
import { RunController, type FinishedRun } from '$lib/lab/run-controller.svelte.ts';
import { isActive, type RunState } from '$lib/lab/run-state.ts';
import { viewedActivity, type SentRecipe } from '$lib/live/activities.ts';
import { challengeViolations } from '$lib/live/challenge.ts';
import { LiveClient } from '$lib/live/client.svelte.ts';
import { takesSubmissions } from '$lib/live/closing.ts';
import { openKeep } from '$lib/live/keep.ts';
import { Outbox } from '$lib/live/outbox.svelte.ts';
import { pageStorage, RunBeginnings } from '$lib/live/run-beginnings.ts';
import { progressReport } from '$lib/live/run-report.ts';
import { currentRound } from '$lib/live/session.ts';
import type { OwnRuns } from '$lib/live/submittable.ts';

export class LiveRoom {
  readonly client: LiveClient;
  readonly controller: RunController;
  readonly outbox: Outbox;
  readonly beginnings: RunBeginnings;
  /** True once the files of the coming round have been fetched. */
  ready = $state(false);
  /** A recipe that the student took over from the host or from another's run. */
  taken = $state.raw<SentRecipe | null>(null);
  /** The activity that the student opened by themselves; null for where the class is. */
  chosen = $state<string | null>(null);

  #broughtBack = false;

  /** @param owner id of the student's account; null without one */
  constructor(code: string, owner: string | null) {
    this.client = new LiveClient({ code, role: 'participant' });
    this.outbox = new Outbox({ code, keep: openKeep() });
    this.beginnings = new RunBeginnings(code, pageStorage());
    this.controller = new RunController({
      code,
      onchange: (run) => this.#report(run),
      // The run still stands on this page; Submit says what that means.
      onunkept: () => (this.outbox.unsafe = true),
      onkept: (run) => void noteRun(owner, run),
    });
  }

  get session() {
    return this.client.session;
  }
  get round() {
    return this.session ? currentRound(this.session) : null;
  }
  /** The server's clock, in ms since the epoch; this device's before the first connection. */
  readonly now = (): number => this.client.serverNow() ?? Date.now();

  /** What this browser could submit. */
  get own(): OwnRuns<FinishedRun> {
    const seq = this.session?.seq ?? 0;
    return {
      runs: this.controller.finished,
      deliveries: this.outbox.deliveries,
      seqAt: (runId) => this.beginnings.of(runId) ?? seq,
    };
  }

  /** Sends what an earlier visit left unanswered, and fetches what the round will need. */
  async open(): Promise<void> {
    void this.outbox.resume();
    await this.controller.warm(defaultRecipe());
    this.ready = true;
    this.#reportPreflight();
  }

  get activity() {
    return this.session ? viewedActivity(this.session, this.chosen) : null;
  }

  /** Whether the student has agreed that runs are shown. */
  get shares(): boolean {
    const you = this.client.you;
    if (!this.session || you?.role !== 'participant') return false;
    return this.session.participants[you.participant.id]?.shares ?? false;
  }

  /** Offers the last finished run to the host, for as long as the student agrees. */
  offerLatest(): void {
    const latest = this.controller.finished.at(-1);
    this.client.offerRun(
      latest && this.shares
        ? {
            runId: latest.id,
            recipe: latest.result.recipe,
            accuracy: latest.result.after.accuracy,
          }
        : null,
    );
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
      takesSubmissions(round, this.now()) &&
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
    const labels =
      run.state === 'idle' ? null : (shippedTask(run.live.recipe.task)?.labels.length ?? null);
    const report = progressReport(run, labels);
    if (report) this.client.reportProgress(report);
  }
}
