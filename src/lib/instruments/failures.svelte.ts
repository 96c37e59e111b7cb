/** Why something did not arrive, by what it was; each is forgotten once that is asked again or has arrived. */
import { untrack } from 'svelte';

export class Failures<What extends string> {
  #of = $state.raw<Partial<Record<What, string>>>({});
  /** The first of those that stand, as a sentence; null where none does. */
  readonly first = $derived(Object.values<string | undefined>(this.#of).find(Boolean) ?? null);

  set(what: What, message: string): void {
    this.#of = { ...untrack(() => this.#of), [what]: message };
  }

  forget(what: What): void {
    // An effect that asks again must not run again for what it forgets.
    const of = untrack(() => this.#of);
    if (of[what] !== undefined) this.#of = { ...of, [what]: undefined };
  }

  forgetAll(): void {
    this.#of = {};
  }
}
