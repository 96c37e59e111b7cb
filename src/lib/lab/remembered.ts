/** Promises kept by a key, for what is slow to make and used again. */

/** Made once per key; what failed is tried again the next time. */
export function remembered<T>(
  held: Map<string, Promise<T>>,
  key: string,
  make: () => Promise<T>,
): Promise<T> {
  const known = held.get(key);
  if (known) return known;
  const made = make();
  held.set(key, made);
  made.catch(() => held.delete(key));
  return made;
}
