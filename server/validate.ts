/** Untrusted input meets its schema here, once; everything behind it trusts the type. */
import * as v from 'valibot';
import { Refusal } from './refusal.ts';

/** @throws {Refusal} 400 that names the first offending field */
export function validate<S extends v.GenericSchema>(schema: S, input: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new Refusal(400, issue.message, v.getDotPath(issue) ?? undefined);
}
