/** Folders the commands share. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What the commands remember between runs; ignored by git, safe to delete. */
export const stateFolder = join(root, '.rankroom');
