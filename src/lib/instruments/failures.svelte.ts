import { untrack } from 'svelte';

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Why something did not arrive, by what it was; each is forgotten once that is asked again or has arrived. */
export class Failures<What extends string> {
  #of = $state.raw<Partial<Record<What, string>>>({});
  /** The first of those that stand, as a sentence; null where none does. */
  readonly first = $derived(Object.values<string | undefined>(this.#of).find(Boolean) ?? null);

  set(what: What, message: string): void {
    this.#of = { ...untrack(() => this.#of), [what]: message };
  }

  /** For what may not arrive. @param before stands in front of the error's own sentence */
  catch(what: What, before = ''): (error: unknown) => void {
    return (error) => this.set(what, before + messageOf(error));
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
