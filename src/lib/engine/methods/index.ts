/** The methods by their kind in a recipe. */
import type { Method } from '../formats/recipe.ts';
import type { LlamaConfig } from '../model/config.ts';
import { full } from './full.ts';
import { head } from './head.ts';
import { lora } from './lora.ts';
import { headTrainable, type MethodDefinition, type Trainable } from './method.ts';

const METHODS: { [K in Method['kind']]: MethodDefinition<Extract<Method, { kind: K }>> } = {
  full,
  head,
  lora,
};

/** The definition that belongs to a recipe's method. */
export function definitionOf<M extends Method>(method: M): MethodDefinition<M> {
  // The table pairs each kind with its own definition; TypeScript cannot follow that through the index.
  return METHODS[method.kind] as unknown as MethodDefinition<M>;
}

/** Everything a run trains: the method's tensors, then the classification head. */
export function trainablesOf(config: LlamaConfig, method: Method, labels: number): Trainable[] {
  const definition = definitionOf(method);
  return [
    ...definition.trainables(config, method),
    headTrainable(config, labels, definition.headName),
  ];
}
