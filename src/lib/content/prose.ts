/**
 * The HTML of a lesson, its runs of text and its static figures, on its way to the page. A page that the server has
 * rendered holds it already, so it is not sent beside it a second time: the browser reads it back from the elements
 * that hold it. A page that the browser asks for while it is open gets the runs as data, and draws the figures itself.
 */
import type { Run } from './lesson.ts';

/** Attribute of the element that holds a run, by its number, or a figure, by its name. */
const HOLDER = 'data-run';

interface Sources {
  /** By number. */
  runs?: readonly string[];
  /** Drawn, by name. */
  figures?: Readonly<Record<string, string>>;
  /** Elements of the page, by what they hold. */
  holders?: ReadonlyMap<string, Element>;
}

export class Prose {
  readonly #sources: Sources;
  readonly #rendered: boolean;

  /** @param rendered whether the page that it is for comes with it */
  constructor(sources: Sources, rendered: boolean) {
    this.#sources = sources;
    this.#rendered = rendered;
  }

  run(run: Run): string {
    return this.#html(this.#sources.runs?.[run], String(run));
  }

  /** Empty where the figure is not drawn yet. */
  figure(name: string): string {
    return this.#html(this.#sources.figures?.[name], name);
  }

  #html(sent: string | undefined, holder: string): string {
    const html = sent ?? this.#sources.holders?.get(holder)?.innerHTML ?? '';
    // Rendering marks its ends by comments; neither runs nor figures have any of their own.
    return html.replaceAll(/<!--.*?-->/g, '');
  }

  encode(): { runs: readonly string[] } {
    return { runs: this.#rendered ? [] : (this.#sources.runs ?? []) };
  }

  /** In the browser, before the page is brought to life. */
  static decode({ runs }: { runs: readonly string[] }): Prose {
    if (runs.length > 0) return new Prose({ runs }, false);
    // The elements, not their text: they keep it even when the page around them is made anew.
    const holders = [...document.querySelectorAll(`[${HOLDER}]`)].map(
      (element) => [element.getAttribute(HOLDER)!, element] as const,
    );
    return new Prose({ holders: new Map(holders) }, false);
  }
}
