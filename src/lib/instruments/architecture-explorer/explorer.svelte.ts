/**
 * The explorer's state and everything that follows from it: what the engine counts of the recipe, what it computes of
 * the text, and what it reads of a run of the reader's own. Made while a component is set up.
 */
import { untrack } from 'svelte';
import { shippedTask } from '../../engine/data/shipped-tasks.ts';
import { defaultRecipe, recipeKey, type Recipe } from '../../engine/formats/recipe.ts';
import type { Inspection, Values } from '../../engine/inspect/inspector.ts';
import { listTensors } from '../../engine/inspect/tensors.ts';
import type { Update } from '../../engine/inspect/update.ts';
import { definitionOf } from '../../engine/methods/index.ts';
import type { LlamaConfig } from '../../engine/model/config.ts';
import { countRecipe } from '../../engine/train/count.ts';
import { findLabTask, loadConfig } from '../../lab/assets.ts';
import { BASES } from '../../lab/bases.ts';
import { openCustomTasks } from '../../lab/custom-tasks.ts';
import { openRunStore, type KeptRun } from '../../lab/run-store.ts';
import { AskClient } from '../ask/client.ts';
import { Failures } from '../failures.svelte.ts';
import { readShipped } from '../shipped.ts';
import { blockLayout, overviewLayout, type DrawnModel } from './layout.ts';
import { isBlockPart } from './parts.ts';
import type { Answer, ExplorerQuestions } from './protocol.ts';
import { keyOf, readingOf, recordedReading, startOf, stillOf, type Reading } from './reading.ts';
import { readRecorded, recordedPath, type Recorded } from './recorded.ts';
import {
  beyondGrid,
  beyondModel,
  beyondText,
  gridFor,
  hasNumbers,
  opened,
  raised,
  selectedIndex,
  settle,
  tensorName,
} from './settle.ts';
import { defaultState, fromQuery, toQuery, withPhrase, type ExplorerState } from './state.ts';
import { clamp } from './walk.ts';
import { summaryOf } from './words.ts';

/** A text is read once its writer pauses. */
const READ_AFTER_MS = 250;
/** Of a usual task, where a run's own is not on this device. */
const LABELS = shippedTask(defaultRecipe().task)!.labels.length;

interface Shown extends Inspection {
  of: Reading;
}
interface Weight {
  key: string;
  answer: Answer<'tensor'>;
}

export class Explorer {
  /** As it was asked for; {@link state} is what the model has of it. */
  asked = $state.raw<ExplorerState>(defaultState());
  /** Sentences on what the address held that means nothing. */
  problems = $state.raw<string[]>([]);
  /** Blocks in a row of the overview. */
  columns = $state(4);
  /** Bytes of the model's files, until they are there. */
  progress = $state.raw<{ loaded: number; total: number } | null>(null);
  runs = $state.raw<KeptRun[]>([]);
  /** The run whose update is shown; `moved` is null where its method changes no weights. */
  update = $state.raw<{ run: KeptRun; moved: ReadonlyMap<string, Update> | null } | null>(null);
  /** How the backend was chosen, once something was computed. */
  choice = $state.raw<Answer<'inspect'>['choice'] | null>(null);

  #configs = $state.raw<Record<string, LlamaConfig>>({});
  #recorded = $state.raw<Record<string, Recorded>>({});
  #computed = $state.raw<Shown | null>(null);
  #weight = $state.raw<Weight | null>(null);
  /** Sizes of label sets of the reader's own tasks. */
  #ownLabels = $state.raw<Record<string, number>>({});
  #retries = $state(0);
  readonly #failures = new Failures<'model' | 'text' | 'weight' | 'update'>();
  /** How often an update was asked for: of two answers the one that was asked for last holds. */
  #updates = 0;

  /** Why something did not arrive, as a sentence. */
  readonly failure = $derived(this.#failures.first);
  readonly #base = $derived(this.asked.recipe.base.id);
  readonly config = $derived(this.#configs[this.#base] ?? null);
  /** `computed` here by the engine, or `recorded` and shipped. */
  readonly source = $derived(this.#computed?.of.base.id === this.#base ? 'computed' : 'recorded');
  readonly inspection: Shown | null = $derived.by(() => {
    if (this.#computed?.of.base.id === this.#base) return this.#computed;
    const recorded = this.#recorded[this.#base];
    return recorded ? { ...recorded, of: recordedReading(this.#base, recorded.text) } : null;
  });
  /** What the inspection is of, where that is not what is asked: a sentence. */
  readonly still = $derived(
    this.inspection && stillOf(this.inspection.of, readingOf(this.asked.recipe, this.asked.text)),
  );
  readonly state = $derived(
    this.config && settle(this.asked, this.config, this.inspection?.tokens.length ?? 1),
  );
  readonly #labels = $derived.by(() => {
    const { task } = this.asked.recipe;
    return shippedTask(task)?.labels.length ?? this.#ownLabels[task] ?? LABELS;
  });
  readonly model: DrawnModel | null = $derived.by(() => {
    if (!this.state || !this.config) return null;
    const { recipe } = this.state;
    return {
      config: this.config,
      tensors: listTensors(this.config, recipe, this.#labels),
      prefixLength: definitionOf(recipe.method).prefixLength(recipe.method),
    };
  });
  readonly counts = $derived(
    this.config && this.state && countRecipe(this.config, this.state.recipe, this.#labels),
  );
  readonly layout = $derived(
    this.model &&
      this.state &&
      (this.state.level === 'overview'
        ? overviewLayout(this.model, this.columns)
        : blockLayout(this.model, this.state.layer)),
  );
  readonly selected = $derived(
    this.layout && this.state ? selectedIndex(this.layout.items, this.state) : 0,
  );
  readonly #weightKey = $derived.by(() => {
    if (!this.state || (this.state.level !== 'matrix' && this.state.level !== 'number'))
      return null;
    const { part, layer, recipe } = this.state;
    const name = tensorName(part, layer);
    return name === null ? null : `${keyOf(startOf(recipe))} ${recipe.quantisation} ${name}`;
  });
  readonly weight = $derived(this.#weight?.key === this.#weightKey ? this.#weight?.answer : null);
  readonly grid = $derived.by(() => {
    if (!this.state) return null;
    const { weight } = this;
    const values: Values | null = weight
      ? { shape: weight.shape, data: weight.stored ?? weight.values }
      : null;
    return gridFor(this.state, this.inspection, values);
  });
  /** Within the matrix on screen. */
  readonly cell = $derived.by((): [number, number] => {
    const [row, column] = this.asked.cell;
    const { grid } = this;
    return grid ? [clamp(row, grid.rows), clamp(column, grid.columns)] : [row, column];
  });
  readonly summary = $derived(
    this.state && this.model
      ? summaryOf({ ...this.state, cell: this.cell }, this.model, this.grid)
      : '',
  );
  readonly query = $derived(toQuery({ ...this.asked, cell: this.cell }));

  /** What an inspection depends on, so that nothing else makes a new one. */
  readonly #reading = $derived(JSON.stringify(readingOf(this.asked.recipe, this.asked.text)));
  readonly #client = new AskClient<ExplorerQuestions>(
    () => new Worker(new URL('./explorer.worker.ts', import.meta.url), { type: 'module' }),
    (loaded, total) => (this.progress = loaded < total ? { loaded, total } : null),
  );
  readonly #ownTasks = openCustomTasks();

  constructor(query: string) {
    const { state, problems } = fromQuery(new URLSearchParams(query));
    this.asked = state;
    this.problems = problems;
    $effect(() => this.#describe(this.#base, this.#retries));
    $effect(() => this.#read(this.#reading, this.#retries));
    $effect(() => this.#fetchWeight(this.#weightKey, this.#retries));
    $effect(() => () => this.#client.close());
    this.#nameBeyond(state);
  }

  /** Says once of each index of the address that it is beyond what there is, when it is known what there is. */
  #nameBeyond({ layer, head, token, cell, text }: ExplorerState): void {
    const once = (find: () => string[] | null) => {
      let found: string[] | null = null;
      $effect(() => {
        if (found) return;
        found = find();
        const { length } = found ?? [];
        if (length > 0) this.problems = [...untrack(() => this.problems), ...found!];
      });
    };
    once(() => this.config && beyondModel({ layer, head }, this.config));
    once(() => {
      const { inspection } = this;
      return inspection?.of.text === text && token !== null
        ? beyondText(token, inspection.tokens.length)
        : null;
    });
    once(() => (this.grid && this.asked.cell === cell ? beyondGrid(cell, this.grid) : null));
  }

  /** Reads what this browser keeps of the reader's own runs; nothing where it keeps nothing. */
  async findRuns(): Promise<void> {
    const runs = await openRunStore()
      .allRuns()
      .catch(() => []);
    this.runs = runs
      .filter(({ result }) => BASES.some(({ id }) => id === result.recipe.base.id))
      .reverse();
  }

  change(change: Partial<ExplorerState>): void {
    this.asked = { ...this.asked, ...change };
  }

  /** Another recipe is no longer the one of the run whose update is shown. */
  setRecipe(recipe: Recipe): void {
    this.update = null;
    this.change({ recipe });
  }

  /** What a phrase of a lesson says. */
  setPhrase(phrase: string): void {
    const next = withPhrase(this.asked, phrase);
    if (toQuery(next) === toQuery(this.asked)) return;
    if (recipeKey(next.recipe) !== recipeKey(this.asked.recipe)) this.update = null;
    this.asked = next;
  }

  select(index: number): void {
    const item = this.layout?.items[index];
    if (!item) return;
    if (item.part !== null) this.change({ part: item.part });
    else {
      const { part } = this.asked;
      this.change({ layer: item.layer ?? 0, part: isBlockPart(part) ? part : 'q_proj' });
    }
  }

  open(index: number): void {
    const item = this.layout?.items[index];
    if (item) this.asked = opened(this.asked, item);
  }

  openNumber(): void {
    if (this.state && hasNumbers(this.state.part)) this.change({ level: 'number' });
  }

  up(): void {
    this.asked = raised(this.asked);
  }

  retry(): void {
    this.#failures.forgetAll();
    this.#retries += 1;
  }

  /** Shows where the update of one of the reader's runs went; `''` shows none. */
  async showRun(id: string): Promise<void> {
    const turn = ++this.#updates;
    const run = this.runs.find((one) => one.id === id);
    this.update = null;
    this.#failures.forget('update');
    if (!run) return;
    const { recipe, artifact } = run.result;
    this.change({ recipe });
    try {
      const { labels } = await findLabTask(recipe.task, this.#ownTasks);
      this.#ownLabels = { ...this.#ownLabels, [recipe.task]: labels.length };
      const answer = await this.#client.ask('update', { recipe, artifact, labels: labels.length });
      const moved = answer && new Map(answer.map((one) => [one.name, one]));
      if (turn === this.#updates && this.asked.recipe === recipe) this.update = { run, moved };
    } catch (error) {
      if (turn !== this.#updates) return;
      this.#failures.catch('update', 'The update of this run could not be read: ')(error);
    }
  }

  #describe(base: string, _retries: number): void {
    this.#failures.forget('model');
    const failed = this.#failures.catch('model');
    loadConfig(base, fetch).then(
      (config) => (this.#configs = { ...this.#configs, [base]: config }),
      failed,
    );
    readShipped(recordedPath(base), readRecorded).then(
      (recorded) => (this.#recorded = { ...this.#recorded, [base]: recorded }),
      failed,
    );
  }

  #read(reading: string, _retries: number) {
    const of = JSON.parse(reading) as Reading;
    const first = untrack(() => this.#computed === null);
    const read = async () => {
      try {
        const { choice, ...inspection } = await this.#client.ask('inspect', of);
        this.progress = null;
        this.choice = choice;
        // An answer to what is no longer asked comes before the one that is.
        if (this.#reading !== reading) return;
        this.#computed = { ...inspection, of };
        this.#failures.forget('text');
      } catch (error) {
        this.#failures.catch('text')(error);
      }
    };
    const timer = setTimeout(() => void read(), first ? 0 : READ_AFTER_MS);
    return () => clearTimeout(timer);
  }

  #fetchWeight(key: string | null, _retries: number): void {
    const state = untrack(() => this.state);
    if (key === null || !state) return;
    const { recipe, part, layer } = state;
    const { quantisation } = recipe;
    const ask = { ...startOf(recipe), quantisation, name: tensorName(part, layer)! };
    this.#client.ask('tensor', ask).then((answer) => {
      if (this.#weightKey !== key) return;
      this.#weight = { key, answer };
      this.#failures.forget('weight');
    }, this.#failures.catch('weight'));
  }
}
