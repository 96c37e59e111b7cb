import { describe, expect, it } from 'vitest';
import { findLesson } from '../../content/course.ts';
import { makeUuid } from '../../lab/uuid.ts';
import { answers, isQuestion } from '../plan.ts';
import { faultsOf } from './plan-edit.ts';
import { PLAN_TEMPLATES, planOf } from './templates.ts';

describe.each(PLAN_TEMPLATES)('the plan “$title” (S-24)', (template) => {
  const plan = planOf(template, makeUuid);

  it('is sound, and its activities get ids of their own at each use', () => {
    expect([...faultsOf(plan)]).toEqual([]);
    const ids = [...plan, ...planOf(template, makeUuid)].map(({ id }) => id);
    expect(new Set(ids).size).toBe(2 * plan.length);
  });

  it('takes the minutes that its title says', () => {
    const minutes = plan.map(({ title }) => Number(/\((\d+) min\)$/.exec(title)?.[1]));
    const total = minutes.reduce((sum, each) => sum + each, 0);
    expect(template.title).toContain(`in ${total} minutes`);
  });

  it('asks for what was measured, within its range, and names lessons that there are', () => {
    const predictions = plan.filter((activity) => activity.kind === 'prediction');
    expect(predictions.length).toBeGreaterThan(0);
    for (const prediction of predictions) {
      expect(prediction.truth).not.toBeNull();
      expect(answers(prediction, prediction.truth!)).toBe(true);
    }
    for (const activity of plan)
      if (activity.kind === 'lesson') expect(findLesson(activity.lesson)).not.toBeNull();
    expect(plan.filter(isQuestion).length).toBeGreaterThan(predictions.length);
  });
});
