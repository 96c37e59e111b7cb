/** Where the project lies and where it keeps its data. The same code runs from `server/`, `build-server/` and Kit's bundle. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Manifest {
  name: string;
  version: string;
}

const readManifest = (folder: string): Manifest | null => {
  const file = join(folder, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : null;
};

/**
 * The folder of the project's own package.json, found by walking up from this module.
 * @throws when the build was moved out of the project
 */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (readManifest(folder)?.name !== 'rankroom') {
    const parent = dirname(folder);
    if (parent === folder)
      throw new Error(
        'The server must stay inside its project folder: it reads static/, server/tasks/ and drizzle/.',
      );
    folder = parent;
  }
  return folder;
}

export function packageVersion(): string {
  return readManifest(packageRoot())?.version ?? 'unknown';
}

/** Embedded database, certificate and admin socket. `RANKROOM_DATA` moves it. */
export function dataFolder(): string {
  return resolve(packageRoot(), process.env.RANKROOM_DATA ?? 'data');
}
