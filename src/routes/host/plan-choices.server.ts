/** Plans that a session may begin with: those that come with the product, and the account's own. */
import { PLAN_TEMPLATES, planOf } from '$lib/live/plan/templates.ts';
import { RequestIdSchema } from '$lib/live/protocol.ts';
import type { Plan } from '$lib/live/plan.ts';
import { Refusal } from '$server/refusal.ts';
import type { Root } from '$server/root.ts';
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { textField } from '../guards.server.ts';

const BUILT_IN = 'built-in:';

export interface PlanChoice {
  /** In a form. */
  value: string;
  title: string;
}

export async function planChoices(root: Root, userId: string): Promise<PlanChoice[]> {
  const own = await root.plans.of(userId);
  return [
    ...own.map(({ id, title }) => ({ value: id, title })),
    ...PLAN_TEMPLATES.map(({ slug, title }) => ({ value: `${BUILT_IN}${slug}`, title })),
  ];
}

export const builtInChoices = () =>
  PLAN_TEMPLATES.map(({ slug, title, about, activities }) => ({
    value: `${BUILT_IN}${slug}`,
    title,
    about,
    activities: activities.length,
  }));

/**
 * The plan that a form's choice names.
 * @throws {Refusal} 404 when it is gone
 */
export async function chosenPlan(
  root: Root,
  userId: string,
  value: string,
): Promise<{ title: string; plan: Plan }> {
  const template = PLAN_TEMPLATES.find(({ slug }) => value === `${BUILT_IN}${slug}`);
  if (template) return { title: template.title, plan: planOf(template, randomUUID) };
  const kept = await root.plans.find(userId, value);
  if (!kept) throw new Refusal(404, 'You have no such plan any longer. Choose another.', 'plan');
  return kept;
}

/** Before its script has loaded a page makes no id: each press is then a request of its own. */
export function requestIdOf(form: FormData): string | null {
  const id = textField(form, 'requestId');
  return v.is(RequestIdSchema, id) ? id : null;
}
