/** From mdast to HTML: prose, code, tables, math and the directives that are prose. Components are `blocks.ts`'. */
import type { Element, ElementContent, Root as HastRoot } from 'hast';
import { toHtml } from 'hast-util-to-html';
import katex from 'katex';
import type {
  Code,
  Definition,
  InlineCode,
  Link,
  PhrasingContent,
  RootContent,
  Table,
} from 'mdast';
import type { ContainerDirective, LeafDirective, TextDirective } from 'mdast-util-directive';
import type { InlineMath, Math } from 'mdast-util-math';
import { defaultHandlers, toHast, type Handlers, type State } from 'mdast-util-to-hast';
import type { Node } from 'unist';
import { INSTRUMENT_NAMES } from '../instruments.ts';
import { labPath } from '../lesson.ts';
import type { Citations } from './citations.ts';
import type { CompileContext } from './context.ts';
import type { Faults } from './fault.ts';
import { LANGUAGES, PLAIN } from './highlight.ts';
import { faultOfLink, faultOfRecipe } from './links.ts';
import { findMeasured, MeasuredError } from './measured.ts';
import { plainText } from './parse.ts';

export interface HtmlOptions {
  context: CompileContext;
  citations: Citations;
  faults: Faults;
  own: { slug: string; headings: ReadonlySet<string> };
  /** Link reference definitions stand anywhere in a file and hold for all of it. */
  definitions: readonly Definition[];
}

export interface Html {
  /** Paragraphs, lists and their like. */
  flow: (nodes: readonly RootContent[]) => string;
  /** What stands within a line. */
  phrases: (nodes: readonly PhrasingContent[]) => string;
}

export function createHtml(options: HtmlOptions): Html {
  const handlers = createHandlers(options);
  const render = (nodes: readonly RootContent[]) =>
    toHast(
      { type: 'root', children: [...nodes, ...options.definitions] },
      { handlers, allowDangerousHtml: true },
    ) as HastRoot;
  const print = (children: HastRoot['children']) =>
    toHtml({ type: 'root', children }, { allowDangerousHtml: true }).trim();
  return {
    flow: (nodes) => print(render(nodes).children),
    phrases: (nodes) => {
      const [paragraph] = render([{ type: 'paragraph', children: [...nodes] }]).children;
      return print(paragraph?.type === 'element' ? paragraph.children : []);
    },
  };
}

const element = (
  tagName: string,
  properties: Element['properties'],
  children: ElementContent[],
): Element => ({ type: 'element', tagName, properties, children });
const text = (value: string): ElementContent => ({ type: 'text', value });
const raw = (value: string) => ({ type: 'raw', value }) as unknown as ElementContent;
const hidden = (value: string) =>
  element('span', { className: ['visually-hidden'] }, [text(value)]);
const flow = (nodes: ReturnType<State['all']>) => nodes;

function createHandlers({ context, citations, faults, own, definitions }: HtmlOptions): Handlers {
  const checkLink = (node: Link | Definition) => {
    const fault = faultOfLink(node.url, own, context);
    if (fault) faults.at(node, fault);
  };
  definitions.forEach(checkLink);

  function code(_state: State, node: Code) {
    const language = node.lang ?? '';
    if (language !== PLAIN && !LANGUAGES.some((known) => known === language)) {
      faults.at(
        node,
        language
          ? `Code in ${language} is not highlighted here; there are ${LANGUAGES.join(', ')} and ${PLAIN}.`
          : `Code has no language: write it after the fence, or ${PLAIN}.`,
      );
      return [];
    }
    const title = /^title="([^"]+)"$/.exec(node.meta ?? '')?.[1];
    if (node.meta && !title) faults.at(node, 'After the language only title="…" may stand.');
    const lines =
      language === PLAIN ? text(node.value) : raw(context.highlight(node.value, language));
    return element('figure', { className: ['code'] }, [
      element('div', { className: ['code-head'] }, [
        element('span', {}, [text(title ?? language)]),
        // Hidden until a script can copy.
        element('button', { type: 'button', dataCopy: '', hidden: true }, [text('Copy')]),
      ]),
      element('pre', { tabIndex: 0 }, [element('code', {}, [lines])]),
    ]);
  }

  function math(node: InlineMath | Math, displayMode: boolean): ElementContent[] {
    try {
      const html = katex.renderToString(node.value, {
        displayMode,
        output: 'mathml',
        throwOnError: true,
        strict: 'error',
      });
      return [
        displayMode ? element('div', { className: ['math'], tabIndex: 0 }, [raw(html)]) : raw(html),
      ];
    } catch (error) {
      if (!(error instanceof katex.ParseError)) throw error;
      faults.at(
        node,
        `This formula cannot be set: ${error.message.replace(/^KaTeX parse error: /, '')}`,
      );
      return [];
    }
  }

  const prose: Record<string, (state: State, node: TextDirective) => ElementContent[]> = {
    cite(_state, node) {
      const found = citations.cite(node, plainText(node));
      if (!found) return [];
      const { key, authors, year, title } = found.reference;
      const at = node.attributes?.at;
      return [
        element(
          'a',
          { className: ['cite'], href: `#ref-${key}`, title: `${authors} ${year}. ${title}` },
          [text('['), hidden('Reference '), text(`${found.number}${at ? `, ${at}` : ''}]`)],
        ),
      ];
    },
    cited(state, node) {
      const found = citations.cite(node, node.attributes?.key ?? '');
      if (!found) return [];
      const at = node.attributes?.at;
      const place = `${found.reference.authors} ${found.reference.year}${at ? `, ${at}` : ''}`;
      return [
        element(
          'a',
          { className: ['cited'], href: `#ref-${found.reference.key}`, title: `Cited: ${place}` },
          [...flow(state.all(node)), hidden(`, cited from ${place}`)],
        ),
      ];
    },
    measured(_state, node) {
      const { config = '', figure = '', task } = node.attributes ?? {};
      try {
        const found = findMeasured(context.report, {
          config: config ?? '',
          figure: figure ?? '',
          task,
        });
        return [
          element(
            'a',
            {
              className: ['measured'],
              href: labPath(found.query),
              title: `Measured here: ${found.of}. Opens the recipe.`,
            },
            [text(found.text), hidden(`, measured here: ${found.of}`)],
          ),
        ];
      } catch (error) {
        if (!(error instanceof MeasuredError)) throw error;
        faults.at(node, error.message);
        return [];
      }
    },
    set(state, node) {
      const { figure, ...settings } = node.attributes ?? {};
      const name = INSTRUMENT_NAMES.find((known) => known === figure);
      if (!name) {
        faults.at(
          node,
          `There is no instrument ${figure}; there are ${INSTRUMENT_NAMES.join(', ')}.`,
        );
        return [];
      }
      if (Object.keys(settings).length === 0)
        faults.at(node, ':set lacks what it sets: key=value.');
      // An instrument that is not there cannot be set; the phrase reads on.
      if (!context.built.has(name)) return flow(state.all(node));
      const query = new URLSearchParams(settings as Record<string, string>).toString();
      return [
        element(
          'button',
          { type: 'button', className: ['set'], dataFigure: name, dataState: query },
          flow(state.all(node)),
        ),
      ];
    },
  };

  return {
    code,
    inlineCode: (_state: State, node: InlineCode) => element('code', {}, [text(node.value)]),
    inlineMath: (_state: State, node: InlineMath) => math(node, false),
    math: (_state: State, node: Math) => math(node, true),
    link(state: State, node: Link) {
      checkLink(node);
      return defaultHandlers.link(state, node);
    },
    table: (state: State, node: Table) =>
      element('div', { className: ['table'], tabIndex: 0 }, [defaultHandlers.table(state, node)]),
    textDirective: (state: State, node: TextDirective) => prose[node.name]?.(state, node) ?? [],
    leafDirective(state: State, node: LeafDirective) {
      if (node.name !== 'lab') return misplaced(node, `::${node.name}`, faults);
      const query = (node.attributes?.recipe ?? '').replace(/^\?/, '');
      const fault = faultOfRecipe(new URLSearchParams(query));
      if (fault) faults.at(node, fault);
      return element('p', { className: ['open-lab'] }, [
        element('a', { href: labPath(query) }, flow(state.all(node))),
      ]);
    },
    containerDirective(state: State, node: ContainerDirective) {
      if (node.name !== 'aside') return misplaced(node, `:::${node.name}`, faults);
      return element(
        'div',
        { className: ['note'], role: 'note' },
        flow(state.wrap(state.all(node), true)),
      );
    },
  };
}

function misplaced(node: Pick<Node, 'position'>, written: string, faults: Faults): [] {
  faults.at(node, `${written} cannot stand here: components stand at the top level of a section.`);
  return [];
}
