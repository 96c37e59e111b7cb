/**
 * The prompt of the recipe on screen: loads the task's texts and the model's tokenizer when the method first needs
 * them, and says what the model will read and how much room that takes. Made while a component is set up.
 */
import { untrack } from 'svelte';
import type { Recipe } from '../engine/formats/recipe.ts';
import type { CustomTasks } from './custom-tasks.ts';
import { readPrompt, type PromptReading, type PromptSource } from './prompt-reading.ts';
import { loadPromptSource } from './prompt-source.ts';
import { withPromptRoom } from './recipe-edit.ts';

type Loaded = { source: PromptSource } | { problem: string };

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

export class PromptRoom {
  readonly #recipe: () => Recipe;
  /** With the base and the task that it was loaded for. */
  #loaded = $state.raw<{ key: string; loaded: Loaded } | null>(null);
  /** Null while the method has no prompt. */
  readonly #key = $derived.by(() => {
    const { method, base, task } = this.#recipe();
    return method.kind === 'prompting' ? `${base.id} ${task}` : null;
  });
  readonly #now = $derived(this.#loaded?.key === this.#key ? this.#loaded?.loaded : undefined);
  readonly #outcome = $derived.by(() => this.#read());
  /** What the model will read; null without a prompt, and until that is known. */
  readonly reading = $derived(this.#outcome.reading);
  /** The template that stands in where the student writes none. */
  readonly taskTemplate = $derived(
    this.#now && 'source' in this.#now ? this.#now.source.task.template : '',
  );
  /** A sentence that keeps the recipe from being run, for now or as it is. */
  readonly hold = $derived(this.#outcome.hold);

  /** @param own the person's own data */
  constructor(recipe: () => Recipe, own: () => Pick<CustomTasks, 'get'>) {
    this.#recipe = recipe;
    $effect(() => {
      const key = this.#key;
      if (key === null) return;
      const [base, task] = key.split(' ') as [string, string];
      let stale = false;
      const take = (loaded: Loaded) => {
        if (!stale) this.#loaded = { key, loaded };
      };
      loadPromptSource({ base, task }, untrack(own), fetch).then(
        (source) => take({ source }),
        (error: unknown) => take({ problem: messageOf(error) }),
      );
      return () => (stale = true);
    });
  }

  /** The recipe with room for its prompt. */
  fit(recipe: Recipe): Recipe {
    return this.reading ? withPromptRoom(recipe, this.reading.needed) : recipe;
  }

  #read(): { reading: PromptReading | null; hold: string | null } {
    if (this.#key === null) return { reading: null, hold: null };
    if (!this.#now) return { reading: null, hold: 'The texts of the prompt are being read.' };
    if ('problem' in this.#now)
      return {
        reading: null,
        hold: `The texts of the prompt could not be read (${this.#now.problem}). Check the connection and reload this page.`,
      };
    try {
      return { reading: readPrompt(this.#recipe(), this.#now.source), hold: null };
    } catch (error) {
      return { reading: null, hold: messageOf(error) };
    }
  }
}
