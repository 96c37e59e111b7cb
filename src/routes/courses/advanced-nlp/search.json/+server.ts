/** The index that the course's search fetches when it is first used: of what this reader may read. */
import { json } from '@sveltejs/kit';
import { searchEntries, writtenLessons } from '$lib/content/lessons.server.ts';
import { readsAll } from '../access.server.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async ({ locals, cookies }) => {
  const whole = new Set<string>();
  for (const lesson of writtenLessons())
    if (await readsAll(lesson, locals.user, cookies)) whole.add(lesson.meta.slug);
  return json(
    searchEntries((slug) => whole.has(slug)),
    { headers: { 'cache-control': 'private, no-cache' } },
  );
};
