/** A limit as it is typed, digit by digit: what stands there on the way to `0.5` is not yet one. */
const NUMBER = /^\d{1,9}(\.\d{0,6})?$/;

/** @returns null for no limit; undefined where the text is no number above zero, and the limit stays as it was */
export function limitOf(text: string): number | null | undefined {
  const typed = text.trim();
  if (typed === '') return null;
  const number = NUMBER.test(typed) ? Number(typed) : 0;
  return number > 0 ? number : undefined;
}
