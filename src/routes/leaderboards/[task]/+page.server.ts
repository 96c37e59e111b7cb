import { error } from '@sveltejs/kit';
import { openRoot } from '$server/root.ts';
import { bestOfTask } from '$server/submissions/boards.ts';
import { findTask } from '$server/catalogue.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params }) => {
  const task = await findTask(params.task);
  if (!task) error(404, `There is no task called ${params.task.slice(0, 60)}.`);
  const { db } = await openRoot();
  const { id, description } = task;
  return { task: { id, description }, rows: await bestOfTask(db, id) };
};
