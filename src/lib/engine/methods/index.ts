/** The methods by their kind in a recipe. */
import type { Method } from '../formats/recipe.ts';
import type { LlamaConfig } from '../model/config.ts';
import { adapter } from './adapter.ts';
import { full } from './full.ts';
import { head } from './head.ts';
import { ia3 } from './ia3.ts';
import { lora } from './lora.ts';
import { headTrainable, type MethodDefinition, type Trainable } from './method.ts';
import { pTuningV2 } from './p-tuning-v2.ts';
import { prefix } from './prefix.ts';
import { prompting } from './prompting.ts';

const METHODS: { [K in Method['kind']]: MethodDefinition<Extract<Method, { kind: K }>> } = {
  full,
  head,
  lora,
  adapter,
  prefix,
  'p-tuning-v2': pTuningV2,
  ia3,
  prompting,
};

/** The definition that belongs to a recipe's method. */
export function definitionOf<M extends Method>(method: M): MethodDefinition<M> {
  // The table pairs each kind with its own definition; TypeScript cannot follow that through the index.
  return METHODS[method.kind] as unknown as MethodDefinition<M>;
}

/**
 * Everything a run trains: the method's tensors and the classification head. Tensors that the optimiser treats
 * alike stand together, so that their update is one piece of the flat vector.
 */
export function trainablesOf(config: LlamaConfig, method: Method, labels: number): Trainable[] {
  const definition = definitionOf(method);
  const { headName } = definition;
  const head = headName === null ? [] : [headTrainable(config, labels, headName)];
  return alike([...definition.trainables(config, method), ...head]);
}

/** The tensors of a run's artifact. */
export function exportedTrainables(
  config: LlamaConfig,
  method: Method,
  labels: number,
): Trainable[] {
  return trainablesOf(config, definitionOf(method).exported(method), labels);
}

/** Sorted so that tensors with the same learning rate and decay are neighbours; otherwise in order. */
function alike(trainables: readonly Trainable[]): Trainable[] {
  const keyOf = ({ decayed, rate = 1 }: Trainable) => `${decayed}/${rate}`;
  const keys = [...new Set(trainables.map(keyOf))];
  return keys.flatMap((key) => trainables.filter((trainable) => keyOf(trainable) === key));
}
