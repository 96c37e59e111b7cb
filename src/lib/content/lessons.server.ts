/** The written lessons, as the build compiled them. Only the server has them all: what a reader may not read stays here. */
import { LESSONS, lessonPath } from './course.ts';
import { INSTRUMENTS, instrumentNamed } from './instruments.ts';
import type { CompiledLesson, LessonCard } from './lesson.ts';
import { OUTLINES } from './outlines.ts';
import { indexWords, type SearchEntry } from './search.ts';

const WRITTEN = new Map(
  Object.values(
    import.meta.glob<CompiledLesson>('./lessons/*.md', { import: 'default', eager: true }),
  ).map((lesson) => [lesson.meta.slug, lesson]),
);

export const writtenLesson = (slug: string): CompiledLesson | null => WRITTEN.get(slug) ?? null;

export function courseCards(): LessonCard[] {
  return LESSONS.map((lesson) => {
    const compiled = WRITTEN.get(lesson.slug);
    return {
      ...lesson,
      written: compiled !== undefined,
      minutes: compiled?.meta.minutes ?? null,
      objectives: compiled?.meta.objectives.map(({ text }) => text) ?? [
        ...(OUTLINES[lesson.slug]?.objectives ?? []),
      ],
      concepts: compiled?.meta.concepts ?? [...(OUTLINES[lesson.slug]?.concepts ?? [])],
      sections: compiled?.sections.map(({ id, title, preview }) => ({ id, title, preview })) ?? [],
    };
  });
}

export const writtenLessons = (): CompiledLesson[] => [...WRITTEN.values()];

/**
 * Everything that can be found: lessons, their sections, instruments. Of a section that the reader may not read only the
 * title can be.
 * @param readsAll whether the reader reads the whole of a lesson, by its slug
 */
export function searchEntries(readsAll: (slug: string) => boolean): SearchEntry[] {
  const lessons = courseCards().flatMap((card): SearchEntry[] => {
    const compiled = WRITTEN.get(card.slug);
    const place = `${card.number} ${card.title}`;
    return [
      {
        kind: 'lesson',
        href: lessonPath(card),
        title: card.title,
        place: card.written ? `Lesson ${card.number}` : `Lesson ${card.number}, outline`,
        tags: card.concepts.join(' '),
        words: indexWords([...card.objectives, compiled?.meta.summary ?? ''].join(' ')),
      },
      ...(compiled?.sections ?? []).map(({ id, title, text, preview }): SearchEntry => ({
        kind: 'section',
        href: lessonPath(card, id),
        title,
        place,
        tags: '',
        words: preview || readsAll(card.slug) ? indexWords(text) : '',
      })),
    ];
  });
  const instruments = INSTRUMENTS.map(({ slug, figure, title, summary, holds }): SearchEntry => ({
    kind: 'instrument',
    href: `/tools/${slug}`,
    title,
    place: `Fig. ${figure}`,
    tags: '',
    words: indexWords([summary, ...holds].join(' ')),
  }));
  return [...lessons, ...instruments];
}

/** Instruments of a lesson, for its list of them. */
export const instrumentsOf = ({ meta }: Pick<CompiledLesson, 'meta'>) =>
  meta.instruments.map((name) => {
    const { slug, figure, title } = instrumentNamed(name);
    return { name, slug, figure, title };
  });
