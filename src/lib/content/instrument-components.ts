/** The instruments that lessons show, each loaded when a reader comes near it. */
import type { Component } from 'svelte';
import type { KeptRun } from '../lab/run-store.ts';
import { instrumentNamed, type InstrumentName } from './instruments.ts';

export interface InstrumentProps {
  /** Query that sets it; a phrase of the lesson names only what it changes. */
  state: string;
  /** How often a phrase has set it, so that one can be set again after the reader went elsewhere. */
  turn?: number;
  /** Told the query of what the instrument shows. */
  onchange?: (query: string) => void;
  /** Told of each run that was trained in it and is kept in this browser. */
  onkept?: (run: KeptRun) => void;
}

const MODULES = import.meta.glob<{ default: Component<InstrumentProps> }>(
  '../instruments/*/Instrument.svelte',
);

/** Loads the instrument; null where it is not built yet. */
export function instrumentLoader(
  name: InstrumentName,
): (() => Promise<Component<InstrumentProps>>) | null {
  const load = MODULES[`../instruments/${instrumentNamed(name).slug}/Instrument.svelte`];
  return load ? async () => (await load()).default : null;
}
