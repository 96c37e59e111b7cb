/** What an edit of a session's plan does to answers that are there, in words for whoever is about to save it. */
import { plural } from '../../ui/format.ts';
import { answeredCount } from '../activities.ts';
import { askedAnew, type Plan } from '../plan.ts';
import type { SessionState } from '../session.ts';
import { nameOf } from './plan-edit.ts';

/** A sentence for each question that loses answers, by its id. @param plan as edited */
export function lostAnswers(session: SessionState, plan: Plan): Record<string, string> {
  const losing = askedAnew(session.plan, plan).filter(({ id }) => answeredCount(session, id) > 0);
  return Object.fromEntries(
    losing.map((question) => {
      const { id, kind } = question;
      const answers = plural(answeredCount(session, id), 'answer');
      const name = `“${nameOf(question)}”`;
      if (!plan.some((activity) => activity.id === id))
        return [id, `${name} is taken out with its ${answers}.`];
      const changed = kind === 'poll' ? 'its options' : 'its range or unit';
      return [id, `${name} is asked anew, since ${changed} changed: ${answers} so far will go.`];
    }),
  );
}
