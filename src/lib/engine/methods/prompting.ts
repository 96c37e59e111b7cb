/**
 * Prompting: nothing is trained. The base model reads a prompt, with solved examples in front of the question
 * where there are any, and the logits it gives the label words' first tokens as the next token are compared.
 * See `../data/prompt.ts` for the prompt and `../train/classifier.ts` for the logits.
 */
import { untouched, type MethodDefinition, type MethodOf } from './method.ts';

export const prompting: MethodDefinition<MethodOf<'prompting'>> = { ...untouched, headName: null };
