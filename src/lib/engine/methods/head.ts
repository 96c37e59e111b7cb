/** Head only: the base model is a frozen feature extractor. The baseline every other method must beat. */
import { untouched, type MethodDefinition, type MethodOf } from './method.ts';

export const head: MethodDefinition<MethodOf<'head'>> = untouched;
