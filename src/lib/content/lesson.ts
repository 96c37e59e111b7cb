/**
 * A lesson as the build makes it from its Markdown (`compile/`) and the page shows it (`view/`). Plain data: the
 * server sends it, and cuts it where a reader's access ends.
 *
 * HTML stands apart from the structure, in runs that blocks name by number, so that it need not be sent twice
 * (see `prose.ts`).
 */
import type { MethodKind } from '../engine/formats/recipe.ts';
import type { Lesson } from './course.ts';
import type { GuideMemory } from './guide.ts';
import type { InstrumentName } from './instruments.ts';

export const ACCESS_LEVELS = ['public', 'preview', 'members'] as const;
export type Access = (typeof ACCESS_LEVELS)[number];

export interface Objective {
  id: string;
  text: string;
}

export interface LessonMeta {
  slug: string;
  /** Place in the course, two digits. */
  number: string;
  title: string;
  level: 'beginner' | 'intermediate' | 'advanced';
  minutes: number;
  access: Access;
  summary: string;
  /** What a reader can do afterwards. */
  objectives: Objective[];
  /** Lowercase tags; lessons that share one are connected by it. */
  concepts: string[];
  instruments: InstrumentName[];
}

/** Index into the lesson's runs of HTML. */
export type Run = number;

export interface Choice {
  text: Run;
  /** Why it is right or wrong; a prediction may leave it to what it reveals. */
  explanation: Run | null;
  right: boolean;
}

interface Question {
  /** Unique in the lesson; answers are stored under it. */
  id: string;
  /** The objective that the question tests, where it names one. */
  objective: string | null;
  question: Run;
  choices: Choice[];
}

export interface CheckBlock extends Question {
  kind: 'check';
  /** Whether several choices may be right. */
  many: boolean;
}

export interface PredictBlock extends Question {
  kind: 'predict';
  reveal: Block[];
}

export interface InstrumentBlock {
  kind: 'instrument';
  name: InstrumentName;
  /** Query that sets the instrument, empty for its own beginning. */
  state: string;
}

export interface FigureBlock {
  kind: 'figure';
  /** A component of `figures/`. */
  name: string;
  number: string;
  caption: Run;
}

export interface BrokenBlock {
  kind: 'broken';
  id: string;
  title: string;
  symptom: Run;
  evidence: Run;
  fix: Run;
  /** Queries of `/lab`. */
  broken: string;
  repaired: string;
}

/** One row of the table of methods: figures as text, ready to read. */
export interface MethodFigures {
  label: string;
  method: MethodKind;
  hatched: boolean;
  /** Query of `/lab` for the recipe that made the row. */
  query: string;
  trainable: string;
  share: string;
  bytes: string;
  bytesOfFull: string;
  /** One of each task, in the order of the block's tasks. */
  accuracies: string[];
}

export interface MethodsBlock {
  kind: 'methods';
  base: string;
  seeds: number;
  tasks: string[];
  rows: MethodFigures[];
}

export type Block =
  | { kind: 'html'; run: Run }
  | CheckBlock
  | PredictBlock
  | InstrumentBlock
  | FigureBlock
  | BrokenBlock
  | MethodsBlock
  | { kind: 'guide'; memory: GuideMemory };

export interface Section {
  id: string;
  /** Without markup. */
  title: string;
  heading: Run;
  /** Headings below the section's own that have an id. */
  parts: { id: string; title: string }[];
  blocks: Block[];
  /** Whether somebody without access to the whole lesson may read it. */
  preview: boolean;
  /** Its text without markup, for search. */
  text: string;
}

export interface Reference {
  key: string;
  authors: string;
  year: number;
  title: string;
  venue: string;
  url: string;
}

export interface CompiledLesson {
  meta: LessonMeta;
  /** What stands before the first section. */
  intro: Block[];
  sections: Section[];
  /** Those that are cited, in the order of their numbers. */
  references: Reference[];
  /** Names of the static figures in it. */
  figures: string[];
  runs: string[];
}

/** What the course's pages say of a lesson. */
export interface LessonCard extends Lesson {
  written: boolean;
  /** Null until it is written. */
  minutes: number | null;
  objectives: string[];
  concepts: string[];
  /** Those whose reading counts as progress. `preview`: whether everybody may read it. */
  sections: { id: string; title: string; preview: boolean }[];
}

/** Every question of these blocks, in reading order, those in what a prediction reveals included. */
export function questionsOf(blocks: readonly Block[]): (CheckBlock | PredictBlock)[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'check') return [block];
    return block.kind === 'predict' ? [block, ...questionsOf(block.reveal)] : [];
  });
}

/** Address of the lab with a recipe. @param query empty for the default recipe */
export const labPath = (query: string) => (query ? `/lab?${query}` : '/lab');
