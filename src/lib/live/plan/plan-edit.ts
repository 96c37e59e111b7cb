/** Edits of a plan and what stands in the way of keeping it: pure, one for each control of the editor. */
import * as v from 'valibot';
import { ACTIVITY_NAMES, PlanSchema, type Activity, type Plan } from '../plan.ts';

/** The first fault of each field, by its dotted path: `3.title`, `3.sweep.axes.0.values.1`. */
export type Faults = ReadonlyMap<string, string>;
/** The fault of one field of an activity, by its path there. */
export type FaultAt = (path: string) => string | null;

export function faultsOf(plan: Plan): Faults {
  return faultsIn(PlanSchema, plan);
}

/** Faults of the fields that a schema reads. What is wrong with a whole is said only where its parts are right. */
export function faultsIn(schema: v.GenericSchema, value: unknown): Faults {
  const { issues = [] } = v.safeParse(schema, value);
  const found = new Map<string, string>();
  for (const issue of issues) {
    const path = v.getDotPath(issue) ?? '';
    if (!found.has(path)) found.set(path, issue.message);
  }
  const paths = [...found.keys()];
  const explained = (path: string) =>
    paths.some((other) => other !== path && other.startsWith(path === '' ? '' : `${path}.`));
  return new Map([...found].filter(([path]) => !explained(path)));
}

/** The first fault at a path or below it, with the place in a list where it has one: `Value 2: At least 1.` */
export function faultBelow(faultAt: FaultAt, path: string, item: string, count: number) {
  const own = faultAt(path);
  if (own !== null) return own;
  for (let index = 0; index < count; index++) {
    const fault = faultAt(`${path}.${index}`);
    if (fault !== null) return `${item} ${index + 1}: ${fault}`;
  }
  return null;
}

export const faultAtOf =
  (faults: Faults, index: number): FaultAt =>
  (path) =>
    faults.get(`${index}.${path}`) ?? null;

export interface ActivityFault {
  index: number;
  id: string;
  /** `3. Warm-up` */
  name: string;
  message: string;
}

/** Fields whose fault does not say which one it is of. */
const FIELD_NAMES: Record<string, string> = {
  min: 'Smallest answer',
  max: 'Largest answer',
  truth: 'What turned out',
  section: 'Section',
  steps: 'Steps',
  values: 'Values',
  maxSteps: 'Steps at most',
  maxRank: 'Rank at most',
  submissionsPerParticipant: 'Submissions each',
};

function namedFault(path: string, message: string): string {
  const field = path.split('.').findLast((part) => !/^\d+$/.test(part)) ?? '';
  const name = FIELD_NAMES[field];
  return name === undefined ? message : `${name}: ${message}`;
}

/** Every fault with the activity that it is of, in the order of the plan. */
export function activityFaults(plan: Plan, faults: Faults): ActivityFault[] {
  return [...faults]
    .filter(([path]) => path !== '')
    .map(([path, message]) => ({
      index: Number(path.split('.')[0]),
      message: namedFault(path, message),
    }))
    .filter(({ index }) => plan[index] !== undefined)
    .sort((a, b) => a.index - b.index)
    .map(({ index, message }) => {
      const { id } = plan[index]!;
      return { index, id, name: `${index + 1}. ${nameOf(plan[index]!)}`, message };
    });
}

/** What an activity is called where it may have no title yet. */
export function nameOf({ title, kind }: Activity): string {
  return title.trim() || ACTIVITY_NAMES[kind];
}

/** @param index past the end counts as the end */
export function inserted(plan: Plan, index: number, activity: Activity): Plan {
  return [...plan.slice(0, index), activity, ...plan.slice(index)];
}

export function removed(plan: Plan, id: string): Plan {
  return plan.filter((activity) => activity.id !== id);
}

export function replaced(plan: Plan, activity: Activity): Plan {
  return plan.map((one) => (one.id === activity.id ? activity : one));
}

/** The plan with an activity one place on; the same plan at either end. */
export function moved(plan: Plan, id: string, offset: 1 | -1): Plan {
  const index = plan.findIndex((activity) => activity.id === id);
  const to = index + offset;
  const activity = plan[index];
  if (!activity || to < 0 || to >= plan.length) return plan;
  return inserted(removed(plan, id), to, activity);
}

/** A copy behind the original, its title told apart. @param id of the copy */
export function duplicated(plan: Plan, original: Activity, id: string): Plan {
  const index = plan.findIndex((activity) => activity.id === original.id);
  const title = `${original.title.slice(0, 112).trimEnd()} (copy)`;
  return inserted(plan, index + 1, { ...original, id, title });
}

/** The poll without one option; what is right stays right, unless it was that one. */
export function withoutOption<P extends { options: string[]; correct: number | null }>(
  poll: P,
  index: number,
): P {
  const { correct } = poll;
  const next =
    correct === null || correct === index ? null : correct > index ? correct - 1 : correct;
  return { ...poll, options: poll.options.filter((_, at) => at !== index), correct: next };
}

/** Numbers as typed in one field, parted by commas or spaces; what is no number stands as NaN. */
export function readNumbers(text: string): number[] {
  return text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map(Number);
}

export const writeNumbers = (values: readonly number[]): string =>
  values.map((value) => (Number.isFinite(value) ? String(value) : '')).join(', ');
