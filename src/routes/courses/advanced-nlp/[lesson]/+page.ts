import { error } from '@sveltejs/kit';
import { findLesson } from '$lib/content/course.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params }) => {
  const found = findLesson(params.lesson);
  if (!found) error(404, 'This course has no lesson of that name.');
  return found;
};
