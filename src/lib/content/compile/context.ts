/** What a lesson may refer to. Tests give their own; `disk.ts` reads the project's. */
import type { MethodsReport } from '../../measurements/report.ts';
import type { GuideMemory } from '../guide.ts';
import type { InstrumentName } from '../instruments.ts';
import type { Reference } from '../lesson.ts';
import type { Highlight } from './highlight.ts';

/** A broken recipe as a lesson shows it; both recipes as queries of `/lab`. */
export interface BrokenLinks {
  id: string;
  title: string;
  broken: string;
  repaired: string;
}

export interface CompileContext {
  /** Every lesson of the course, written or not. */
  course: readonly { slug: string; number: string; title: string }[];
  /** Ids of a written lesson's headings; null for a lesson without a file. */
  headingsOf: (slug: string) => ReadonlySet<string> | null;
  /** Paths of the site that links may name, without lessons, instruments and their like. */
  paths: ReadonlySet<string>;
  references: readonly Reference[];
  report: MethodsReport;
  brokenRecipes: readonly BrokenLinks[];
  /** Instruments that can be shown; the others are known and show their outline. */
  built: ReadonlySet<InstrumentName>;
  /** Components of `figures/`. */
  figures: ReadonlySet<string>;
  guideMemory: () => GuideMemory;
  highlight: Highlight;
}
