/**
 * Where a reader is: which section stands at the top of the window, and which have been read to their end. Follows
 * the scroll; reads the layout once a frame at most.
 */
import type { Attachment } from 'svelte/attachments';

/** A section is current once its heading is in the upper third of the window. */
const UPPER = 1 / 3;

export class Reading {
  current = $state<string | null>(null);
  readonly #onread: (section: string) => void;

  /** @param onread called with a section whose end has come into sight */
  constructor(onread: (section: string) => void) {
    this.#onread = onread;
  }

  /** For the element around the sections, each an element with `data-section`. */
  readonly follow: Attachment<HTMLElement> = (around) => {
    let frame = 0;
    const look = () => {
      frame = 0;
      const line = innerHeight * UPPER;
      let current: string | null = null;
      for (const section of around.querySelectorAll<HTMLElement>('[data-section]'))
        if (section.getBoundingClientRect().top <= line) current = section.dataset.section ?? null;
      // The last sections may be too short to rise that far.
      const atEnd =
        scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
      if (atEnd) current = lastSection(around) ?? current;
      this.current = current;
    };
    const later = () => (frame ||= requestAnimationFrame(look));
    const ends = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries)
        if (isIntersecting) {
          ends.unobserve(target);
          this.#onread((target as HTMLElement).dataset.end ?? '');
        }
    });
    for (const end of around.querySelectorAll('[data-end]')) ends.observe(end);
    addEventListener('scroll', later, { passive: true });
    addEventListener('resize', later, { passive: true });
    later();
    return () => {
      cancelAnimationFrame(frame);
      ends.disconnect();
      removeEventListener('scroll', later);
      removeEventListener('resize', later);
    };
  };
}

const lastSection = (around: HTMLElement) =>
  [...around.querySelectorAll<HTMLElement>('[data-section]')].at(-1)?.dataset.section;
