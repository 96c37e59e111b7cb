/** Whether a link of a lesson leads anywhere. Pages of other sites are not asked; their address must be https. */
import { recipeFromQuery } from '../../lab/recipe-url.ts';
import { COURSE } from '../course.ts';
import { INSTRUMENTS } from '../instruments.ts';
import type { CompileContext } from './context.ts';

/** @returns a sentence that says what is wrong, or null */
export function faultOfLink(
  url: string,
  own: { slug: string; headings: ReadonlySet<string> },
  context: Pick<CompileContext, 'course' | 'headingsOf' | 'paths'>,
): string | null {
  if (url.startsWith('#'))
    return own.headings.has(url.slice(1)) ? null : `This lesson has no heading with the id ${url}.`;
  if (url.startsWith('https://'))
    return URL.canParse(url) ? null : `This address cannot be read: ${url}`;
  if (!url.startsWith('/') || url.startsWith('//'))
    return `A link is https://…, #heading, or a path of this site that begins with /; not ${url}.`;

  const { pathname, searchParams, hash } = new URL(url, 'https://rankroom.invalid');
  const [, lesson] = new RegExp(`^/courses/${COURSE.slug}/([^/]+)$`).exec(pathname) ?? [];
  if (lesson) return faultOfLesson(lesson, hash.slice(1), own, context);
  const [, tool] = /^\/tools\/([^/]+)$/.exec(pathname) ?? [];
  if (tool)
    return INSTRUMENTS.some(({ slug }) => slug === tool) ? null : `There is no tool ${tool}.`;
  if (!context.paths.has(pathname)) return `This site has no page ${pathname}.`;
  if (hash) return `Headings of ${pathname} cannot be linked to from a lesson.`;
  return pathname === '/lab' ? faultOfRecipe(searchParams) : null;
}

function faultOfLesson(
  slug: string,
  heading: string,
  own: { slug: string; headings: ReadonlySet<string> },
  { course, headingsOf }: Pick<CompileContext, 'course' | 'headingsOf'>,
): string | null {
  if (!course.some((lesson) => lesson.slug === slug)) return `The course has no lesson ${slug}.`;
  if (!heading) return null;
  const headings = slug === own.slug ? own.headings : headingsOf(slug);
  if (!headings) return `Lesson ${slug} is not written yet, so it has no headings to link to.`;
  return headings.has(heading) ? null : `Lesson ${slug} has no heading with the id #${heading}.`;
}

/** @returns what the lab would say of a link to it */
export function faultOfRecipe(query: URLSearchParams): string | null {
  const { problems } = recipeFromQuery(query);
  return problems.length > 0 ? `The lab cannot read this recipe: ${problems.join(' ')}` : null;
}
