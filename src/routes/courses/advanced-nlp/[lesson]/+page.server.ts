import { error } from '@sveltejs/kit';
import { findLesson } from '$lib/content/course.ts';
import { drawFigure } from '$lib/content/figures.server.ts';
import { courseCards, instrumentsOf, writtenLesson } from '$lib/content/lessons.server.ts';
import { previewOf } from '$lib/content/preview.ts';
import { Prose } from '$lib/content/prose.ts';
import { openRoot } from '$server/root.ts';
import { readsAll } from '../access.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({
  params,
  isDataRequest,
  locals,
  cookies,
  setHeaders,
}) => {
  const found = findLesson(params.lesson);
  if (!found) error(404, 'This course has no lesson of that name.');
  const course = courseCards();
  const card = course.find(({ slug }) => slug === found.lesson.slug)!;
  const compiled = writtenLesson(found.lesson.slug);
  if (!compiled) return { ...found, card, written: null };

  const whole = await readsAll(compiled, locals.user, cookies);
  const { runs, sections, ...lesson } = whole ? compiled : previewOf(compiled);
  const drawn = Object.fromEntries(lesson.figures.map((name) => [name, drawFigure(name)]));
  setHeaders({ 'cache-control': 'private, no-cache' });
  return {
    ...found,
    card,
    written: {
      ...lesson,
      // The text is for the search, which has an index of its own.
      sections: sections.map((section) => ({ ...section, text: '' })),
      prose: new Prose({ runs, figures: drawn }, !isDataRequest),
      instruments: instrumentsOf(lesson),
      whole,
      priced: (await openRoot()).payments !== null,
      course,
    },
  };
};
