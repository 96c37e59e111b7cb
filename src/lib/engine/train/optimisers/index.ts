/** The optimisers by their kind in a recipe. */
import type { Optimiser } from '../../formats/recipe.ts';
import { adamw8bit } from './adamw-8bit.ts';
import { adamw } from './adamw.ts';
import type { OptimiserDefinition, StateTensor } from './optimiser.ts';
import { sgd } from './sgd.ts';

const OPTIMISERS: {
  [K in Optimiser['kind']]: OptimiserDefinition<Extract<Optimiser, { kind: K }>>;
} = { adamw, 'adamw-8bit': adamw8bit, sgd };

/** The definition that belongs to a recipe's optimiser. */
export function optimiserOf<O extends Optimiser>(optimiser: O): OptimiserDefinition<O> {
  // As with the methods: the table pairs each kind with its own definition.
  return OPTIMISERS[optimiser.kind] as unknown as OptimiserDefinition<O>;
}

/** What goes from step to step besides the parameters. @param size P */
export function optimiserState(optimiser: Optimiser, size: number): StateTensor[] {
  return optimiserOf(optimiser).state(size);
}

/**
 * The scalars fed at a step.
 * @param step 1-based
 * @param rate learning rate of the schedule
 */
export function stepScalars(optimiser: Optimiser, step: number, rate: number) {
  return optimiserOf(optimiser).scalars(optimiser, step, rate);
}
