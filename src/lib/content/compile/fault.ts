/** What is wrong with a lesson, where, in a sentence. A lesson is read to its end, so that all of it is said at once. */
import type { Node } from 'unist';

export interface Fault {
  /** Both from 1. */
  line: number;
  column: number;
  message: string;
}

export class Faults {
  readonly found: Fault[] = [];

  /** @param node where it is; one without a position stands for the file's beginning */
  at(node: Pick<Node, 'position'>, message: string): void {
    const { line = 1, column = 1 } = node.position?.start ?? {};
    this.add({ line, column, message });
  }

  add(fault: Fault): void {
    this.found.push(fault);
  }

  /** @throws {LessonError} when anything was found */
  throwIfAny(file: string): void {
    if (this.found.length > 0) throw new LessonError(file, this.found);
  }
}

/** Its message has a line `file:line:column sentence` for each fault, in reading order. */
export class LessonError extends Error {
  override name = 'LessonError';
  readonly faults: readonly Fault[];

  constructor(file: string, found: readonly Fault[]) {
    const faults = [...found].sort((a, b) => a.line - b.line || a.column - b.column);
    super(
      faults.map(({ line, column, message }) => `${file}:${line}:${column} ${message}`).join('\n'),
    );
    this.faults = faults;
  }
}
