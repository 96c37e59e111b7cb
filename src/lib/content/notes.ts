/** A reader's notes as one Markdown file, in the order of the course. */
import type { LessonCard } from './lesson.ts';
import type { StudyRecord } from './study-record.ts';

type CourseOrder = Pick<LessonCard, 'slug' | 'number' | 'title'> & {
  sections: readonly { id: string; title: string }[];
};

/** Notes on sections that a lesson no longer has stand at its end under their id. */
export function notesDocument(
  records: readonly StudyRecord[],
  course: readonly CourseOrder[],
): string {
  const notes = records.flatMap(({ kind, lesson, section, value }) =>
    kind === 'note' && typeof value === 'string' && value.trim() !== ''
      ? [{ lesson, section, text: value.trim() }]
      : [],
  );
  const lessons = course.flatMap(({ slug, number, title, sections }) => {
    const own = notes.filter(({ lesson }) => lesson === slug);
    if (own.length === 0) return [];
    const order = (section: string) => {
      const at = sections.findIndex(({ id }) => id === section);
      return at < 0 ? sections.length : at;
    };
    const texts = own
      .sort((a, b) => order(a.section) - order(b.section))
      .map(({ section, text }) => {
        const heading = sections.find(({ id }) => id === section)?.title ?? section;
        return `### ${heading}\n\n${text}\n`;
      });
    return [`## ${number} ${title}\n`, ...texts];
  });
  return ['# Notes\n', ...lessons].join('\n');
}
