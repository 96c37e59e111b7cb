/** Full fine-tuning: every tensor of the base model is trained, and the head. */
import { checkpointTensors, LM_HEAD } from '../model/config.ts';
import type { MethodDefinition, MethodOf } from './method.ts';

export const full: MethodDefinition<MethodOf<'full'>> = {
  headName: 'score.weight',

  trainables: (config) =>
    checkpointTensors(config)
      // A classifier has no use for the language-model head, so nothing would reach it.
      .filter(({ name }) => name !== LM_HEAD)
      .map(({ name, shape }) => ({
        name,
        shape,
        initial: { kind: 'checkpoint' as const, name },
        decayed: shape.length > 1,
      })),

  trainedBase: (name) => name,
  project: (_tape, _method, { base }) => base(),
};
