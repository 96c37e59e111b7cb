/** Fetches several files at once, telling how far they are together. */

/**
 * @param onProgress bytes loaded and the total as far as the servers' lengths say; called as chunks arrive
 * @throws with the path and status when a file does not arrive
 */
export async function fetchBytes(
  paths: readonly string[],
  onProgress: (loaded: number, total: number) => void,
): Promise<Map<string, Uint8Array>> {
  let loaded = 0;
  let total = 0;
  const fetchOne = async (path: string): Promise<[string, Uint8Array]> => {
    const response = await fetch(path).catch(() => {
      throw new Error(`${path} did not arrive: the connection failed. Try again when it is back.`);
    });
    if (!response.ok || !response.body)
      throw new Error(`${path} did not arrive: the server answered ${response.status}.`);
    // Compressed answers tell their compressed length, so the total may grow past it.
    const length = Number(response.headers.get('content-length') ?? 0);
    total += length;
    const chunks: Uint8Array[] = [];
    for await (const chunk of chunksOf(response.body)) {
      chunks.push(chunk);
      loaded += chunk.byteLength;
      onProgress(loaded, Math.max(loaded, total));
    }
    const file = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
    let offset = 0;
    for (const chunk of chunks) {
      file.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return [path, file];
  };
  return new Map(await Promise.all(paths.map(fetchOne)));
}

/** Safari's streams are not async-iterable. */
async function* chunksOf(stream: ReadableStream<Uint8Array>) {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
