/** A request that was understood and is not granted. Its message is a sentence for the person who made it. */
const MARK = Symbol.for('rankroom/refusal');

export class Refusal extends Error {
  override name = 'Refusal';
  readonly [MARK] = true;
  readonly status: number;
  /** Dotted path of the offending field, where there is one. */
  readonly field: string | undefined;

  constructor(status: number, message: string, field?: string) {
    super(message);
    this.status = status;
    this.field = field;
  }
}

/** Not `instanceof`: the server and Kit's bundle each hold this class, and one catches what the other throws. */
export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error && MARK in error;
