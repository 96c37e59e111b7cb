/** Head only: the base model is a frozen feature extractor. The baseline every other method must beat. */
import type { MethodDefinition, MethodOf } from './method.ts';

export const head: MethodDefinition<MethodOf<'head'>> = {
  headName: 'score.weight',
  trainables: () => [],
  trainedBase: () => null,
  project: (_tape, _method, { base }) => base(),
};
