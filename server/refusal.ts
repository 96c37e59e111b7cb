/** A request that was understood and is not granted. Its message is a sentence for the person who made it. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  /** Dotted path of the offending field, where there is one. */
  readonly field: string | undefined;

  constructor(status: number, message: string, field?: string) {
    super(message);
    this.status = status;
    this.field = field;
  }
}
