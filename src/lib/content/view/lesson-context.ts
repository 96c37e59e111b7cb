/** What the parts of a lesson's page share. */
import { getContext, setContext } from 'svelte';
import type { SvelteMap } from 'svelte/reactivity';
import type { InstrumentName } from '../instruments.ts';
import type { Prose } from '../prose.ts';

/** What a phrase has set an instrument to, and how often phrases have. */
export interface Setting {
  state: string;
  turn: number;
}

export interface LessonContext {
  /** Slug. */
  readonly lesson: string;
  readonly prose: Prose;
  readonly settings: SvelteMap<InstrumentName, Setting>;
}

const CONTEXT = Symbol('lesson');

export const provideLesson = (context: LessonContext) => setContext(CONTEXT, context);
export const useLesson = () => getContext<LessonContext>(CONTEXT);
