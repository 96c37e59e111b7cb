/** Numbers references in the order in which a lesson cites them. */
import type { Node } from 'unist';
import type { Reference } from '../lesson.ts';
import type { Faults } from './fault.ts';

export class Citations {
  readonly cited: Reference[] = [];
  readonly #known: readonly Reference[];
  readonly #faults: Faults;

  constructor(known: readonly Reference[], faults: Faults) {
    this.#known = known;
    this.#faults = faults;
  }

  /** @returns null where the key is unknown, which is a fault */
  cite(node: Pick<Node, 'position'>, key: string): { reference: Reference; number: number } | null {
    const reference = this.#known.find((one) => one.key === key);
    if (!reference) {
      this.#faults.at(node, `references.json has no ${key}.`);
      return null;
    }
    if (!this.cited.includes(reference)) this.cited.push(reference);
    return { reference, number: this.cited.indexOf(reference) + 1 };
  }
}
