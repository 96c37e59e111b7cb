import { error } from '@sveltejs/kit';
import { openRoot } from '$server/root.ts';
import { bestOfTask } from '$server/submissions/boards.ts';
import { findTask } from '$server/catalogue.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params }) => {
  const { task } = params;
  if (!(await findTask(task))) error(404, `There is no task called ${task.slice(0, 60)}.`);
  const { db } = await openRoot();
  return { task, rows: await bestOfTask(db, task) };
};
