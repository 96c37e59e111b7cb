import { redirect } from '@sveltejs/kit';
import { COURSE } from '$lib/content/course.ts';

/** There is one course so far. */
export function load() {
  redirect(307, `/courses/${COURSE.slug}`);
}
