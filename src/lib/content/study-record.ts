/**
 * The record of one thing that a reader did in a lesson, and how much of it an account keeps. Browser and server
 * share this file.
 */
import { formatCount } from '../ui/format.ts';

export const STUDY_KINDS = ['position', 'read', 'answer', 'note', 'run'] as const;
/**
 * - `position`: id of the section that was open last; its own `section` is empty
 * - `read`: whether the section's end was seen
 * - `answer`: the choices taken, by number; `section` is the question's id
 * - `note`: Markdown
 * - `run`: what a finished run was and came to (`run-record.ts`); `lesson` is its session’s code or `lab`, `section` its id
 */
export type StudyKind = (typeof STUDY_KINDS)[number];

export interface StudyRecord {
  kind: StudyKind;
  /** Slug of the lesson; of a run, where it belongs. */
  lesson: string;
  section: string;
  /** JSON; null takes the record back. */
  value: unknown;
  /** Milliseconds since the epoch, by this device's clock: of two records of one thing the later one holds. */
  updatedAt: number;
}

export type StudyName = Pick<StudyRecord, 'kind' | 'lesson' | 'section'>;

export const studyKey = ({ kind, lesson, section }: StudyName) => `${kind}/${lesson}/${section}`;

/** Largest note, in characters. */
export const MAX_NOTE = 20_000;
export const NOTE_TOO_LONG = `This note is longer than ${formatCount(MAX_NOTE)} characters: your account does not keep it.`;
export const isTooLong = ({ kind, value }: StudyRecord): boolean =>
  kind === 'note' && typeof value === 'string' && value.length > MAX_NOTE;
/** Largest value of any other kind, as JSON, in characters. */
export const MAX_VALUE = 1_000;
/** Records that an account has at most. */
export const MAX_RECORDS = 4_000;
/** With those taken back, of which other devices have to hear. */
export const MAX_ROWS = 3 * MAX_RECORDS;
/** Records in one request. */
export const MAX_BATCH = 100;

/** What `PUT /api/study` answers. */
export interface StudyReceipt {
  /** Records that are not kept, each with the reason. */
  refused: (StudyName & { error: string })[];
  /** Whether the account holds something later of what was sent: `GET` has it. */
  stale: boolean;
}
