/** Where a note is kept, in a sentence. */
import type { Study } from '../study.svelte.ts';

/** @param unsent whether the account has yet to hear of it */
export function noteWords(
  device: Study['state'],
  account: Study['account'],
  { isEmpty, unsent }: { isEmpty: boolean; unsent: boolean },
): string {
  const held = account !== 'none' && !unsent;
  if (device === 'blocked')
    return held && !isEmpty
      ? 'Kept in your account; this browser keeps nothing.'
      : 'This browser keeps nothing: the note is lost with the page. Export it before you leave.';
  if (isEmpty)
    return account === 'none'
      ? 'Markdown. Kept on this device as you type.'
      : 'Markdown. Kept on this device and in your account as you type.';
  if (held) return 'Kept on this device and in your account.';
  switch (account) {
    case 'none':
      return 'Kept on this device.';
    case 'sending':
    case 'kept':
      return 'Kept on this device; on its way to your account.';
    case 'unreachable':
      return 'Kept on this device. The server does not answer; your account gets it later.';
    case 'signed-out':
      return 'Kept on this device. You are signed out: your account gets it when you sign in again.';
  }
}
