/** Collects a lesson's HTML; blocks name a run by its number. */
import type { PhrasingContent, RootContent } from 'mdast';
import type { Run } from '../lesson.ts';
import type { Html } from './html.ts';

export class Runs {
  readonly all: string[] = [];
  readonly #html: Html;

  constructor(html: Html) {
    this.#html = html;
  }

  flow(nodes: readonly RootContent[]): Run {
    return this.all.push(this.#html.flow(nodes)) - 1;
  }

  phrases(nodes: readonly PhrasingContent[]): Run {
    return this.all.push(this.#html.phrases(nodes)) - 1;
  }
}
