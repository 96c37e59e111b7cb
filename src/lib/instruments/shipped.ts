/** A file that ships with the page. @throws with a sentence where it did not arrive, or `read` finds that it is not one */
export async function readShipped<T>(path: string, read: (json: unknown) => T): Promise<T> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}.`);
  return read(await response.json());
}
