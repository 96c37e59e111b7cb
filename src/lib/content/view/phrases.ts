/** Brings to life what stands in a lesson's HTML: buttons that copy code, phrases that set an instrument. */
import type { Attachment } from 'svelte/attachments';
import { INSTRUMENT_NAMES, type InstrumentName } from '../instruments.ts';

const COPIED_FOR_MS = 2000;

/** @param onset called when a phrase is pointed at, focused or pressed */
export function livePhrases(
  onset: (instrument: InstrumentName, state: string) => void,
): Attachment<HTMLElement> {
  return (element) => {
    for (const button of element.querySelectorAll<HTMLElement>('[data-copy]'))
      button.hidden = false;
    const set = ({ target }: Event) => {
      const phrase = (target as Element).closest<HTMLElement>('[data-figure]');
      const name = INSTRUMENT_NAMES.find((known) => known === phrase?.dataset.figure);
      if (name) onset(name, phrase?.dataset.state ?? '');
    };
    const click = (event: Event) => {
      const button = (event.target as Element).closest<HTMLElement>('[data-copy]');
      if (button) void copy(button);
      else set(event);
    };
    element.addEventListener('click', click);
    element.addEventListener('pointerover', set);
    element.addEventListener('focusin', set);
    return () => {
      element.removeEventListener('click', click);
      element.removeEventListener('pointerover', set);
      element.removeEventListener('focusin', set);
    };
  };
}

async function copy(button: HTMLElement): Promise<void> {
  const code = button.closest('figure')?.querySelector('code');
  if (!code) return;
  button.textContent = (await write(code)) ? 'Copied' : 'Selected: press Ctrl+C';
  setTimeout(() => (button.textContent = 'Copy'), COPIED_FOR_MS);
}

/** Where there is no clipboard, as on a page without TLS, the code is selected instead. */
async function write(code: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? '');
    return true;
  } catch {
    getSelection()?.selectAllChildren(code);
    return false;
  }
}
