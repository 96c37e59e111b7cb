/** Nodes of a section to its blocks: runs of HTML, and components between them. */
import type { RootContent } from 'mdast';
import type { ContainerDirective, Directives, LeafDirective } from 'mdast-util-directive';
import { INSTRUMENT_NAMES, instrumentNamed } from '../instruments.ts';
import type { Block, LessonMeta } from '../lesson.ts';
import { readQuestion } from './choices.ts';
import type { CompileContext } from './context.ts';
import type { Faults } from './fault.ts';
import { ID } from './front-matter.ts';
import { methodsTable } from './measured.ts';
import { plainText } from './parse.ts';
import type { Runs } from './runs.ts';

export interface BlockOptions {
  context: CompileContext;
  faults: Faults;
  runs: Runs;
  meta: LessonMeta | null;
  /** Ids of the lesson so far; questions add theirs. */
  ids: Set<string>;
}

export class Blocks {
  readonly figures: string[] = [];
  readonly instruments = new Set<string>();
  readonly #options: BlockOptions;

  constructor(options: BlockOptions) {
    this.#options = options;
  }

  read(nodes: readonly RootContent[]): Block[] {
    const blocks: Block[] = [];
    let pending: RootContent[] = [];
    const flush = () => {
      if (pending.length > 0) blocks.push({ kind: 'html', run: this.#options.runs.flow(pending) });
      pending = [];
    };
    for (const node of nodes) {
      if (node.type === 'containerDirective' && node.name === 'aside') {
        const noted = this.#note(pending.pop(), node);
        if (noted) pending.push(noted);
      } else if (isComponent(node)) {
        flush();
        const block = this.#component(node);
        if (block) blocks.push(block);
      } else if (node.type !== 'definition') pending.push(node);
    }
    flush();
    return blocks;
  }

  /** A margin note and what it belongs to, side by side. */
  #note(before: RootContent | undefined, note: ContainerDirective): RootContent | null {
    if (!before || before.type === 'heading') {
      this.#options.faults.at(note, 'A margin note follows the paragraph that it belongs to.');
      return before ?? null;
    }
    if (isNoted(before)) {
      (before as unknown as { children: RootContent[] }).children.push(note);
      return before;
    }
    return {
      type: 'noted',
      children: [before, note],
      position: before.position,
      data: { hName: 'div', hProperties: { className: ['noted'] } },
    } as unknown as RootContent;
  }

  #component(node: ContainerDirective | LeafDirective): Block | null {
    const { faults, context } = this.#options;
    switch (node.name) {
      case 'check':
      case 'predict':
        return node.type === 'containerDirective' ? this.#question(node) : null;
      case 'broken':
        return node.type === 'containerDirective' ? this.#broken(node) : null;
      case 'instrument':
        return this.#instrument(node);
      case 'figure':
        return node.type === 'leafDirective' ? this.#figure(node) : null;
      case 'guide':
        return { kind: 'guide', memory: context.guideMemory() };
      case 'methods':
        return methodsTable(context.report);
      case 'preview-end':
        faults.at(node, '::preview-end stands right before the heading of a section.');
        return null;
      default:
        // An unknown one has been reported.
        return null;
    }
  }

  #question(node: ContainerDirective): Block | null {
    const { faults, runs, meta, ids } = this.#options;
    const kind = node.name as 'check' | 'predict';
    const id = node.attributes?.id ?? '';
    if (id && !ID.test(id))
      faults.at(node, `The id ${id} is not of lowercase letters, digits and hyphens.`);
    if (ids.has(id)) faults.at(node, `The id ${id} is used twice in this lesson.`);
    ids.add(id);
    const objective = node.attributes?.objective ?? null;
    if (objective !== null && meta && !meta.objectives.some((one) => one.id === objective))
      faults.at(node, `The front matter has no objective ${objective}.`);
    const many = kind === 'check' && node.attributes?.many != null;
    const read = readQuestion(node, { many, explained: kind === 'check' }, runs, faults);
    if (!read) return null;
    const { question, choices, rest } = read;
    if (kind === 'check') {
      if (rest[0]) faults.at(rest[0], 'A check ends with its choices.');
      return { kind, id, many, objective, question, choices };
    }
    const [line, ...revealed] = rest;
    if (line?.type !== 'thematicBreak' || revealed.length === 0) {
      faults.at(
        node,
        'A prediction reveals something: after its choices --- on a line of its own, then that.',
      );
      return null;
    }
    return { kind, id, objective, question, choices, reveal: this.read(revealed) };
  }

  #instrument(node: Directives): Block | null {
    const { faults } = this.#options;
    const written = node.attributes?.name;
    const name = INSTRUMENT_NAMES.find((known) => known === written);
    if (!name) {
      if (written)
        faults.at(
          node,
          `There is no instrument ${written}; there are ${INSTRUMENT_NAMES.join(', ')}.`,
        );
      return null;
    }
    this.instruments.add(name);
    const state = (node.attributes?.state ?? '').replace(/^\?/, '');
    if (!/^([\w.-]+=[^&=]*(&[\w.-]+=[^&=]*)*)?$/.test(state))
      faults.at(node, `The state “${state}” cannot be read: write key=value&key=value.`);
    return { kind: 'instrument', name, state };
  }

  #figure(node: LeafDirective): Block | null {
    const { faults, context, runs, meta } = this.#options;
    const name = node.attributes?.name;
    if (!name) return null;
    if (!context.figures.has(name)) {
      faults.at(
        node,
        `There is no figure ${name}: src/lib/content/figures/${name}.svelte is missing.`,
      );
      return null;
    }
    this.figures.push(name);
    const lesson = Number(meta?.number ?? 0);
    // Instruments have their numbers everywhere; the lesson's own figures go on from them.
    const taken = (meta?.instruments ?? [])
      .map((instrument) => instrumentNamed(instrument).figure.split('.').map(Number))
      .map(([chapter, number = 0]) => (chapter === lesson ? number : 0));
    const number = `${lesson}.${Math.max(0, ...taken) + this.figures.length}`;
    return { kind: 'figure', name, number, caption: runs.phrases(node.children) };
  }

  #broken(node: ContainerDirective): Block | null {
    const { faults, context, runs } = this.#options;
    const id = node.attributes?.recipe ?? '';
    const links = context.brokenRecipes.find((recipe) => recipe.id === id);
    if (!links) {
      if (id) faults.at(node, `broken-recipes.ts has no ${id}.`);
      return null;
    }
    const parts = new Map<string, RootContent[]>();
    let current: RootContent[] | null = null;
    for (const child of node.children)
      if (child.type === 'heading' && child.depth === 4) {
        current = [];
        parts.set(plainText(child), current);
      } else if (current) current.push(child);
      else
        faults.at(
          child,
          'Text of a broken recipe stands under #### Symptom, #### Evidence or #### Fix.',
        );
    if ([...parts.keys()].join() !== 'Symptom,Evidence,Fix') {
      faults.at(
        node,
        'A broken recipe has three parts in this order: #### Symptom, #### Evidence, #### Fix.',
      );
      return null;
    }
    const [symptom, evidence, fix] = [...parts.values()].map((part) => runs.flow(part));
    return { kind: 'broken', ...links, symptom: symptom!, evidence: evidence!, fix: fix! };
  }
}

const isNoted = (node: RootContent) => (node.type as string) === 'noted';

/** Every directive of its own but what is prose. */
function isComponent(node: RootContent): node is ContainerDirective | LeafDirective {
  return (
    node.type === 'containerDirective' || (node.type === 'leafDirective' && node.name !== 'lab')
  );
}
