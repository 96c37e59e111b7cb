/**
 * A plan that is not saved yet, kept in its tab: a reload or a page left by mistake loses nothing. A number that was
 * being typed and was none comes back as an empty field.
 */
import type { Plan } from '../plan.ts';

export interface PlanDraft {
  title: string;
  plan: Plan;
  /** When the plan that was edited had been saved, in ms since the epoch. */
  basedOn: number;
}

const keyOf = (id: string) => `rankroom:plan:${id}`;

/** Where the browser keeps nothing, the page still warns before it is left. */
export function keepDraft(id: string, draft: PlanDraft): void {
  try {
    sessionStorage.setItem(keyOf(id), JSON.stringify(draft));
  } catch {
    return;
  }
}

export function readDraft(id: string): PlanDraft | null {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(id)) ?? 'null') as PlanDraft | null;
  } catch {
    return null;
  }
}

export function dropDraft(id: string): void {
  try {
    sessionStorage.removeItem(keyOf(id));
  } catch {
    return;
  }
}
