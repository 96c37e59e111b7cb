/**
 * The instrument's state and what follows from it: the recorded surface, the paths on it, and those that the model
 * computes on request. Made while a component is set up.
 */
import type { BackendChoice } from '../../engine/train/events.ts';
import { errorOf } from '../ask/client.ts';
import { pathOn, type Path } from './descent.ts';
import { SURFACE_PATH } from './plane.ts';
import type { FromModel, ToModel } from './protocol.ts';
import {
  defaultSettings,
  fromQuery,
  pathKey,
  roundedPlace,
  toQuery,
  withPhrase,
  type Settings,
} from './state.ts';
import { endOf, readSurfaceFile, Surface, type Axis, type Place } from './surface.ts';
import { summaryOf } from './words.ts';

/** The paths that the model computes. */
export type ModelRun =
  | { kind: 'idle' }
  /** Bytes of the files. */
  | { kind: 'loading'; loaded: number; total: number }
  | { kind: 'computing'; paths: readonly Path[] }
  | { kind: 'done'; paths: readonly Path[]; choice: BackendChoice }
  | { kind: 'failed'; message: string };

const within = (value: number, axis: Axis) => Math.min(endOf(axis), Math.max(axis.from, value));

export class OptimiserPaths {
  /** As it was asked for; {@link settings} is what the surface has of it. */
  asked = $state.raw<Settings>(defaultSettings());
  /** Sentences on what the address held that means nothing. */
  problems = $state.raw<string[]>([]);
  surface = $state.raw<Surface | null>(null);
  /** Why the surface did not arrive, as a sentence. */
  failure = $state<string | null>(null);
  #run = $state.raw<{ key: string; at: ModelRun }>({ key: '', at: { kind: 'idle' } });

  readonly settings: Settings = $derived.by(() => {
    const { asked, surface } = this;
    if (!surface) return asked;
    const [a, b] = asked.start;
    return { ...asked, start: [within(a, surface.a), within(b, surface.b)] };
  });
  readonly paths: readonly Path[] = $derived.by(() => {
    const { surface, settings } = this;
    return surface ? settings.shown.map((name) => pathOn(surface, name, settings)) : [];
  });
  readonly #key = $derived(pathKey(this.settings));
  /** Of the settings as they are now: others' paths are not shown. */
  readonly run: ModelRun = $derived(
    this.#run.key === this.#key ? this.#run.at : { kind: 'idle' as const },
  );
  readonly modelPaths: readonly Path[] = $derived.by(() => {
    const { run, settings } = this;
    return run.kind === 'computing' || run.kind === 'done'
      ? run.paths.filter(({ name }) => settings.shown.includes(name))
      : [];
  });
  readonly summary = $derived(this.surface ? summaryOf(this.settings, this.paths) : '');
  readonly query = $derived(toQuery(this.settings));

  #worker: Worker | null = null;

  constructor(query: string) {
    const { settings, problems } = fromQuery(new URLSearchParams(query));
    this.asked = settings;
    this.problems = problems;
    void this.load();
    $effect(() => {
      if (this.#run.key !== this.#key) this.stop();
    });
    $effect(() => () => this.stop());
  }

  async load(): Promise<void> {
    this.failure = null;
    try {
      const response = await fetch(SURFACE_PATH);
      if (!response.ok) throw new Error(`${SURFACE_PATH} answered ${response.status}.`);
      this.surface = new Surface(readSurfaceFile(await response.json()));
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }

  change(change: Partial<Settings>): void {
    this.asked = { ...this.settings, ...change };
  }

  moveStart(place: Place): void {
    this.change({ start: roundedPlace(place) });
  }

  /** What a phrase of a lesson says. */
  setPhrase(phrase: string): void {
    this.asked = withPhrase(this.asked, phrase);
  }

  /** Computes the shown paths with the model, in a worker. */
  compute(): void {
    const { surface, settings } = this;
    if (!surface) return;
    this.stop();
    const key = this.#key;
    const show = (at: ModelRun) => (this.#run = { key, at });
    show({ kind: 'loading', loaded: 0, total: 0 });
    const worker = new Worker(new URL('./model.worker.ts', import.meta.url), { type: 'module' });
    const fail = (message: string) => {
      this.#end();
      show({ kind: 'failed', message });
    };
    let paths: readonly Path[] = [];
    worker.onmessage = ({ data }: MessageEvent<FromModel>) => {
      if (data.type === 'loading')
        show({ kind: 'loading', loaded: data.loaded, total: data.total });
      else if (data.type === 'failed') fail(data.message);
      else if (data.type === 'path') {
        paths = [...paths.filter(({ name }) => name !== data.path.name), data.path];
        show({ kind: 'computing', paths });
      } else {
        this.#end();
        show({ kind: 'done', paths, choice: data.choice });
      }
    };
    // A script that could not be fetched reports an error without a message.
    worker.onerror = ({ message }) =>
      fail(errorOf(message) || 'The engine could not be loaded. Check the connection.');
    this.#worker = worker;
    const ask: ToModel = {
      settings,
      a: surface.a,
      b: surface.b,
      directions: surface.file.directions,
    };
    worker.postMessage(ask);
  }

  /** Ends a computation; what it has computed is dropped. */
  stop(): void {
    if (!this.#worker) return;
    this.#end();
    this.#run = { key: '', at: { kind: 'idle' } };
  }

  #end(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }
}
