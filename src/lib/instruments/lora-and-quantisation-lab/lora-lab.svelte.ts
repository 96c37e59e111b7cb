/**
 * The lab's state and everything that follows from it: what the engine counts of the recipe, what it reads of the
 * weights and of the reader's own runs, what was recorded, and the run that goes on here. Made while a component is set
 * up.
 */
import { untrack } from 'svelte';
import { shippedTask } from '../../engine/data/shipped-tasks.ts';
import { defaultRecipe, recipeKey, type Recipe } from '../../engine/formats/recipe.ts';
import { linearPath, linearShape, type LlamaConfig } from '../../engine/model/config.ts';
import { countRecipe } from '../../engine/train/count.ts';
import { findLabTask, loadConfig } from '../../lab/assets.ts';
import { BASES } from '../../lab/bases.ts';
import { RunController, type FinishedRun } from '../../lab/run-controller.svelte.ts';
import type { RunState } from '../../lab/run-state.ts';
import { LAB, openRunStore, type KeptRun } from '../../lab/run-store.ts';
import { plural } from '../../ui/format.ts';
import { AskClient } from '../ask/client.ts';
import { Failures } from '../failures.svelte.ts';
import { beyond } from '../query.ts';
import { readShipped } from '../shipped.ts';
import type { Answer, Ask, LoraQuestions } from './protocol.ts';
import {
  fullRun,
  nearestRank,
  quantisationPath,
  readQuantisation,
  readSpectra,
  runsFor,
  SPECTRA_PATH,
  type QuantisedMatrix,
  type RecordedQuantisation,
  type RecordedSpectra,
} from './recorded.ts';
import {
  defaultState,
  fromQuery,
  isLora,
  toQuery,
  withFormatOf,
  withPhrase,
  withRun,
  type LoraRecipe,
  type LoraState,
} from './state.ts';

/** Of a usual task, where a run's own is not on this device. */
const LABELS = shippedTask(defaultRecipe().task)!.labels.length;

/** Methods that leave a ΔW to look at. */
const moves = ({ method }: Recipe) => method.kind === 'lora' || method.kind === 'full';

type Part = 'model' | 'spectra' | 'task' | 'matrices' | 'spectrum' | 'quantisation';

interface Held<K extends keyof LoraQuestions> {
  key: string;
  answer: Answer<K>;
}

export class LoraLab {
  /** As it was asked for; {@link state} is what the model has of it. */
  asked = $state.raw<LoraState>(defaultState());
  /** Sentences on what the address held that means nothing. */
  problems = $state.raw<string[]>([]);
  /** Bytes of the model's files, until they are there. */
  progress = $state.raw<{ loaded: number; total: number } | null>(null);
  /** The reader's own, the newest first. */
  runs = $state.raw<FinishedRun[]>([]);

  #configs = $state.raw<Record<string, LlamaConfig>>({});
  #spectra = $state.raw<RecordedSpectra | null>(null);
  /** By base. */
  #shipped = $state.raw<Record<string, RecordedQuantisation>>({});
  #matrices = $state.raw<(Held<'matrices'> & { weight: string }) | null>(null);
  #spectrum = $state.raw<Held<'spectrum'> | null>(null);
  #quantised = $state.raw<Held<'quantise'> | null>(null);
  /** Sizes of label sets of the reader's own tasks. */
  #ownLabels = $state.raw<Record<string, number>>({});
  #runsRead = $state(false);
  #retries = $state(0);
  readonly #failures = new Failures<Part>();
  /** Why something did not arrive, as a sentence. */
  readonly failure = $derived(this.#failures.first);

  readonly controller: RunController;
  readonly #client = new AskClient<LoraQuestions>(
    () => new Worker(new URL('./lora.worker.ts', import.meta.url), { type: 'module' }),
    (loaded, total) => (this.progress = loaded < total ? { loaded, total } : null),
  );

  /** The run that is shown; null before training, and where it is not in this browser. */
  readonly run = $derived(this.runs.find(({ id }) => id === this.asked.run) ?? null);
  readonly missing = $derived(this.asked.run !== null && this.#runsRead && this.run === null);
  /** The recipe whose matrices are shown: the run's own, else what **Run** would start. */
  readonly recipe: Recipe = $derived(this.run?.result.recipe ?? this.asked.recipe);
  readonly config = $derived(this.#configs[this.recipe.base.id] ?? null);
  readonly state: LoraState | null = $derived(
    this.config && { ...this.asked, layer: Math.min(this.asked.layer, this.config.layers - 1) },
  );
  readonly shape = $derived(this.config && linearShape(this.config, this.asked.module));
  readonly labels = $derived(this.#labelsOf(this.recipe.task));
  readonly counts = $derived(this.config && countRecipe(this.config, this.recipe, this.labels));
  /** Of what **Run** would start, whatever run is shown. */
  readonly ownCounts = $derived.by(() => {
    const { recipe } = this.asked;
    const config = this.#configs[recipe.base.id];
    return config ? countRecipe(config, recipe, this.#labelsOf(recipe.task)) : null;
  });
  /** Of the shown module's weight in the checkpoint. */
  readonly weightName = $derived(
    this.state && `${linearPath(this.state.layer, this.state.module)}.weight`,
  );
  /** The shown method where it is LoRA and acts on the shown module. */
  readonly pair = $derived(
    isLora(this.recipe) && this.recipe.method.targets.includes(this.asked.module)
      ? this.recipe.method
      : null,
  );

  readonly #weightKey = $derived.by(() => {
    if (!this.weightName) return null;
    const { base, quantisation, seed } = this.recipe;
    return JSON.stringify([
      base,
      quantisation,
      base.weights === 'random' ? seed : 0,
      this.weightName,
    ]);
  });
  /** What the numbers of the factors depend on, so that nothing else asks for them again. */
  readonly #matricesKey = $derived.by(() => {
    if (!this.#weightKey) return null;
    if (this.run) return JSON.stringify([this.run.id, this.weightName]);
    const { method, seed } = this.asked.recipe;
    return JSON.stringify([this.#weightKey, seed, method.rank, method.dora, this.pair !== null]);
  });
  readonly #spectrumKey = $derived(
    this.run && this.weightName ? JSON.stringify([this.run.id, this.weightName]) : null,
  );

  /** W, as soon as it is there; it does not change with the rank. */
  readonly w = $derived(
    this.#matrices?.weight === this.#weightKey ? (this.#matrices?.answer.w ?? null) : null,
  );
  readonly matrices = $derived(
    this.#matrices?.key === this.#matricesKey ? (this.#matrices?.answer ?? null) : null,
  );
  readonly spectrum = $derived(
    this.#spectrum?.key === this.#spectrumKey ? (this.#spectrum?.answer ?? null) : null,
  );
  /** What the formats do to the shown matrix: computed here, or recorded. */
  readonly quantised = $derived.by(
    (): { source: 'computed' | 'recorded'; matrix: QuantisedMatrix } | null => {
      const { base } = this.recipe;
      if (this.#quantised && this.#quantised.key === this.#quantisedKey)
        return { source: 'computed', matrix: this.#quantised.answer };
      const recorded = this.weightName && this.#shipped[base.id]?.[this.weightName];
      return recorded && base.weights === 'pretrained'
        ? { source: 'recorded', matrix: recorded }
        : null;
    },
  );
  readonly #quantisedKey = $derived.by(() => {
    if (!this.weightName) return null;
    const { base, seed } = this.recipe;
    return JSON.stringify([base, base.weights === 'random' ? seed : 0, this.weightName]);
  });
  readonly recorded = $derived(this.#spectra && runsFor(this.#spectra, this.recipe));
  /** Recorded runs to compare with. */
  readonly rivals = $derived.by(() => {
    const { runs } = this.recorded ?? { runs: [] };
    return { full: fullRun(runs), lora: nearestRank(runs, this.asked.recipe.method.rank) };
  });
  readonly query = $derived(toQuery(this.asked));

  /** @param onkept told of each run that was trained here and is kept in this browser */
  constructor(query: string, onkept: (run: KeptRun) => void) {
    this.controller = new RunController({
      code: LAB,
      onchange: (run) => this.#adopt(run),
      onkept,
    });
    const { state, problems } = fromQuery(new URLSearchParams(query));
    this.asked = state;
    this.problems = problems;
    // Of the run that is shown, and of the one that Run would start; ids have no spaces.
    const both = (of: (recipe: Recipe) => string) =>
      [...new Set([of(this.recipe), of(this.asked.recipe)])].join(' ');
    const bases = $derived(both(({ base }) => base.id));
    const tasks = $derived(both(({ task }) => task));
    const view = $derived(this.asked.view);
    $effect(() => bases.split(' ').forEach((base) => this.describe(base, this.#retries)));
    $effect(() => tasks.split(' ').forEach((task) => this.#learnLabels(task)));
    $effect(() => this.#readSpectra(this.#retries));
    let named = false;
    $effect(() => {
      if (named || !this.config) return;
      named = true;
      const { layers } = this.config;
      const found = beyond(
        'layer',
        state.layer,
        layers,
        `the model has ${plural(layers, 'block')}`,
      );
      if (found.length > 0) this.problems = [...problems, ...found];
    });
    $effect(() => this.#askMatrices(view === 'matrices' ? this.#matricesKey : null, this.#retries));
    $effect(() => this.#askSpectrum(view === 'spectrum' ? this.#spectrumKey : null, this.#retries));
    $effect(() =>
      this.#askQuantised(view === 'quantisation' ? this.#quantisedKey : null, this.#retries),
    );
    $effect(() => () => {
      this.#client.close();
      this.controller.destroy();
    });
  }

  /** Reads what this browser keeps of the reader's own runs; nothing where it keeps nothing. */
  async findRuns(): Promise<void> {
    const kept = await openRunStore()
      .allRuns()
      .catch(() => []);
    const here = new Set(this.runs.map(({ id }) => id));
    const shown = kept.filter(
      ({ id, result: { recipe } }) =>
        !here.has(id) && moves(recipe) && BASES.some((base) => base.id === recipe.base.id),
    );
    this.runs = [...this.runs, ...shown.reverse()];
    this.#runsRead = true;
    // What was interrupted waits for a word: nothing trains because somebody reads.
    await this.controller.open(() => false);
  }

  change(change: Partial<LoraState>): void {
    this.asked = { ...this.asked, ...change };
  }

  /** Another recipe is no longer the one of the run that is shown. */
  setRecipe(recipe: LoraRecipe): void {
    const next = { ...this.asked, run: null, recipe };
    this.asked = recipe.quantisation === this.asked.recipe.quantisation ? next : withFormatOf(next);
  }

  /** What a phrase of a lesson says. */
  setPhrase(phrase: string): void {
    const next = withPhrase(this.asked, phrase);
    if (toQuery(next) === toQuery(this.asked)) return;
    const other = recipeKey(next.recipe) !== recipeKey(this.asked.recipe);
    this.asked = other ? { ...next, run: null } : next;
  }

  /** Shows one of the reader's runs; `''` shows none. */
  showRun(id: string): void {
    const run = this.runs.find((one) => one.id === id);
    this.asked = run
      ? withRun(this.asked, run.id, run.result.recipe)
      : { ...this.asked, run: null };
  }

  retry(): void {
    this.#failures.forgetAll();
    this.#retries += 1;
  }

  /** A run that ended here is shown at once, unless the reader has gone on to another recipe. */
  #adopt(run: RunState): void {
    if (run.state !== 'finished' || this.runs.some(({ id }) => id === run.live.id)) return;
    const { result, live } = run;
    if (!moves(result.recipe)) return;
    this.runs = [{ id: live.id, result, finishedAt: Date.now() }, ...this.runs];
    if (recipeKey(result.recipe) === recipeKey(this.asked.recipe)) this.change({ run: live.id });
  }

  /** Reads what is known of a base before its weights: its shapes, and what was recorded of its matrices. */
  describe(base: string, _retries = 0): void {
    this.#failures.forget('model');
    const failed = this.#failures.catch('model');
    loadConfig(base, fetch).then(
      (config) => (this.#configs = { ...this.#configs, [base]: config }),
      failed,
    );
    readShipped(quantisationPath(base), readQuantisation).then(
      (recorded) => (this.#shipped = { ...this.#shipped, [base]: recorded }),
      failed,
    );
  }

  #labelsOf(task: string): number {
    return shippedTask(task)?.labels.length ?? this.#ownLabels[task] ?? LABELS;
  }

  #readSpectra(_retries: number): void {
    readShipped(SPECTRA_PATH, readSpectra).then(
      (spectra) => (this.#spectra = spectra),
      this.#failures.catch('spectra'),
    );
  }

  #learnLabels(task: string): void {
    this.#failures.forget('task');
    if (shippedTask(task)) return;
    findLabTask(task, this.controller.customTasks).then(
      ({ labels }) => (this.#ownLabels = { ...this.#ownLabels, [task]: labels.length }),
      this.#failures.catch('task'),
    );
  }

  #where(): Omit<Ask<'matrices'>, 'recipe' | 'artifact'> {
    const { layer, module } = this.state!;
    return { labels: this.labels, layer, module };
  }

  #askMatrices(key: string | null, _retries: number): void {
    if (key === null) return;
    untrack(() => {
      const weight = this.#weightKey!;
      const artifact = this.run?.result.artifact ?? null;
      this.#client.ask('matrices', { ...this.#where(), recipe: this.recipe, artifact }).then(
        // An answer to what is no longer asked comes before the one that is.
        (answer) => {
          if (this.#weightKey !== weight) return;
          this.#matrices = { key, weight, answer };
          this.#failures.forget('matrices');
        },
        this.#failures.catch('matrices'),
      );
    });
  }

  #askSpectrum(key: string | null, _retries: number): void {
    if (key === null) return;
    untrack(() => {
      const { recipe, artifact } = this.run!.result;
      this.#client.ask('spectrum', { ...this.#where(), recipe, artifact }).then(
        (answer) => {
          if (this.#spectrumKey !== key) return;
          this.#spectrum = { key, answer };
          this.#failures.forget('spectrum');
        },
        this.#failures.catch('spectrum', 'The update of this run could not be read: '),
      );
    });
  }

  #askQuantised(key: string | null, _retries: number): void {
    if (key === null) return;
    untrack(() => {
      const { layer, module } = this.state!;
      this.#client.ask('quantise', { layer, module, recipe: this.recipe }).then((answer) => {
        if (this.#quantisedKey !== key) return;
        this.#quantised = { key, answer };
        this.#failures.forget('quantisation');
      }, this.#failures.catch('quantisation'));
    });
  }
}
