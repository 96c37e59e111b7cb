import { error, redirect } from '@sveltejs/kit';
import { openRoot } from '$server/root.ts';
import { bestOfTask } from '$server/submissions/boards.ts';
import { findTask } from '$server/catalogue.ts';
import { isRefusal } from '$server/refusal.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params }) => {
  const task = await findTask(params.task);
  if (!task) error(404, `There is no task called ${params.task.slice(0, 60)}.`);
  const { db } = await openRoot();
  const { id, description } = task;
  return { task: { id, description }, rows: await bestOfTask(db, id) };
};

export const actions: Actions = {
  /** Leads to this month's open challenge. */
  join: async ({ params, getClientAddress }) => {
    const task = await findTask(params.task);
    if (!task) error(404, `There is no task called ${params.task.slice(0, 60)}.`);
    const { openChallenges, limits } = await openRoot();
    await limits.spend('join', getClientAddress()).catch((refusal: unknown) => {
      if (!isRefusal(refusal)) throw refusal;
      error(refusal.status, refusal.message);
    });
    const { code } = (await openChallenges.of(task.id)).meta;
    redirect(303, `/join/${code}`);
  },
};
