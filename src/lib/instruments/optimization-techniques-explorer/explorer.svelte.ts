/** The explorer's state and everything that follows from it. Made while a component is set up. */
import { untrack } from 'svelte';
import { SHIPPED_TASKS } from '../../engine/data/shipped-tasks.ts';
import { openRunStore, type KeptRun } from '../../lab/run-store.ts';
import { METHODS_REPORT } from '../../measurements/methods.ts';
import { publishedSet } from '../../measurements/published.ts';
import { fetchBoard } from './class-board.ts';
import { FitCounter, uncounted, type Counted } from './fit-counter.ts';
import { plotLayout, type Frame } from './layout.ts';
import { ownPoints, publishedPoints, shippedPoints, type PlotPoint } from './points.ts';
import { settle } from './settle.ts';
import { fromQuery, toQuery, withPhrase, type ExplorerState } from './state.ts';
import { compareSummary, fitSummary } from './words.ts';

export class Explorer {
  state = $state.raw<ExplorerState>(fromQuery(new URLSearchParams()).state);
  /** Sentences on what the address held that means nothing. */
  problems = $state.raw<string[]>([]);
  runs = $state.raw<KeptRun[]>([]);
  /** Why the class's board is not there, as a sentence. */
  boardFailure = $state<string | null>(null);
  countFailure = $state<string | null>(null);
  rows = $state.raw<Counted[]>(uncounted());
  /** Of the plot, which the page decides. */
  frame = $state.raw<Frame>({
    width: 720,
    height: 440,
    margin: { top: 28, right: 16, bottom: 48, left: 56 },
  });
  #board = $state.raw<PlotPoint[]>([]);

  /** Tasks that were measured, and others of the reader's own runs. */
  readonly tasks = $derived([
    ...new Set([
      ...this.#tasksHere(),
      // Until it is known whether there is one.
      this.state.task,
    ]),
  ]);
  readonly points: PlotPoint[] = $derived.by(() => this.#pointsOf(this.state));
  readonly chosen = $derived(this.points.find(({ id }) => id === this.state.point) ?? null);
  readonly layout = $derived(
    plotLayout(
      this.points,
      {
        x: this.state.x,
        y: this.state.y,
        limits: this.state.limits,
        chosen: this.chosen?.id ?? null,
      },
      this.frame,
    ),
  );
  readonly summary = $derived(
    this.state.view === 'compare'
      ? compareSummary(this.state, this.layout, this.chosen)
      : fitSummary(this.state, this.rows),
  );
  readonly query = $derived(toQuery(this.state));

  /** What a count depends on, so that nothing else makes a new one. */
  readonly #counting = $derived(
    this.state.view === 'fit' ? JSON.stringify([this.state.model, this.state.step]) : null,
  );
  readonly #code = $derived(this.state.code);
  /** What may hold what the address names, as long as it has not been read. */
  #unread = $state.raw<readonly ('runs' | 'board')[]>([]);

  constructor(query: string) {
    const { state, problems } = fromQuery(new URLSearchParams(query));
    this.state = state;
    this.problems = problems;
    this.#unread = state.code === '' ? ['runs'] : ['runs', 'board'];
    const counter = new FitCounter(
      (rows) => (this.rows = rows),
      (message) => (this.countFailure = message),
    );
    $effect(() => {
      if (this.#counting === null) return;
      const [model, step] = JSON.parse(this.#counting) as [
        ExplorerState['model'],
        ExplorerState['step'],
      ];
      this.countFailure = null;
      counter.count(model, step);
    });
    $effect(() => () => counter.close());
    $effect(() => this.#readBoard(this.#code));
    let settled = false;
    $effect(() => {
      if (settled || this.#unread.length > 0) return;
      settled = true;
      untrack(() => this.#settle(state));
    });
  }

  /** Reads what this browser keeps of the reader's own runs; nothing where it keeps nothing. */
  async findRuns(): Promise<void> {
    this.runs = await openRunStore()
      .allRuns()
      .catch(() => []);
    this.#read('runs');
  }

  change(change: Partial<ExplorerState>): void {
    this.state = { ...this.state, ...change };
  }

  /** What a phrase of a lesson says. */
  setPhrase(phrase: string): void {
    this.state = withPhrase(this.state, phrase);
  }

  #readBoard(code: string): void {
    this.#board = [];
    this.boardFailure = null;
    if (code === '') return;
    fetchBoard(code, fetch)
      .then(
        (points) => {
          if (this.#code === code) this.#board = points;
        },
        (error: unknown) => {
          if (this.#code === code)
            this.boardFailure = error instanceof Error ? error.message : String(error);
        },
      )
      .finally(() => this.#read('board'));
  }

  #read(what: 'runs' | 'board'): void {
    this.#unread = this.#unread.filter((one) => one !== what);
  }

  #tasksHere(): string[] {
    return [
      ...METHODS_REPORT.tasks.map(({ id }) => id),
      ...this.runs.map(({ result }) => result.recipe.task),
    ];
  }

  #pointsOf({ sources, set, task }: ExplorerState): PlotPoint[] {
    const of = {
      published: () => publishedPoints(publishedSet(set)),
      shipped: () => shippedPoints(METHODS_REPORT, task),
      own: () => ownPoints(this.runs, task),
      class: () => this.#board,
    };
    return sources.flatMap((source) => of[source]());
  }

  /** @param asked what the address said; what the reader has changed since is theirs */
  #settle({ task, point }: ExplorerState): void {
    if (this.state.task !== task || this.state.point !== point) return;
    const { state, problems } = settle(this.state, {
      tasks: this.#tasksHere(),
      pointsOf: (one) => this.#pointsOf(one).map(({ id }) => id),
    });
    this.state = state;
    this.problems = [...this.problems, ...problems];
  }
}

export const taskTitle = (id: string): string =>
  SHIPPED_TASKS.find((task) => task.id === id)?.title ?? id;
