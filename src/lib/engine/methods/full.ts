/**
 * Full fine-tuning: the tensors of the base model are trained, and the head. Frozen layers are the lowest
 * ones: what they compute is general, and nothing has to flow back through them.
 */
import { checkpointTensors, EMBEDDING, layerOf, LM_HEAD } from '../model/config.ts';
import { untouched, type MethodDefinition, type MethodOf } from './method.ts';

function trains(name: string, { frozenLayers }: MethodOf<'full'>): boolean {
  // A classifier has no use for the language-model head, so nothing would reach it.
  if (name === LM_HEAD) return false;
  if (name === EMBEDDING) return frozenLayers === 0;
  return (layerOf(name) ?? Infinity) >= frozenLayers;
}

export const full: MethodDefinition<MethodOf<'full'>> = {
  ...untouched,

  trainables: (config, method) =>
    checkpointTensors(config)
      .filter(({ name }) => trains(name, method))
      .map(({ name, shape }) => ({
        name,
        shape,
        initial: { kind: 'checkpoint' as const, name },
        decayed: shape.length > 1,
      })),

  trainedBase: (name, method) => (trains(name, method) ? name : null),
};
