/** What study records say, in the words of the pages. What is stored may be of an older version: each looks at it first. */
import type { StudyKind } from './study-record.ts';

export abstract class StudyReadings {
  abstract get(kind: StudyKind, lesson: string, section?: string): unknown;

  note(lesson: string, section: string): string {
    const note = this.get('note', lesson, section);
    return typeof note === 'string' ? note : '';
  }

  /** Numbers of the choices taken; null before there is an answer. */
  answer(lesson: string, question: string): number[] | null {
    const answer = this.get('answer', lesson, question);
    return Array.isArray(answer) && answer.every((one) => Number.isInteger(one))
      ? (answer as number[])
      : null;
  }

  isRead(lesson: string, section: string): boolean {
    return this.get('read', lesson, section) === true;
  }

  /** How many of these sections are read. */
  readOf(lesson: string, sections: readonly { id: string }[]): number {
    return sections.filter(({ id }) => this.isRead(lesson, id)).length;
  }

  /** Section at which the reader left the lesson; null at its beginning. */
  position(lesson: string): string | null {
    const position = this.get('position', lesson);
    return typeof position === 'string' && position !== '' ? position : null;
  }
}
