/**
 * `npm start`: from a fresh clone to a served classroom. Installs and builds what is missing, then runs
 * the server in this process, so that signals, the exit code and `-- --https` reach it unchanged.
 * The server itself migrates its database and prints the addresses and the instructor link.
 */
import { ensureBuilt, ensureInstalled, checkNode } from './lib/setup.mjs';
import { note, runMain } from './lib/steps.mjs';

await runMain(async () => {
  checkNode();
  await ensureInstalled();
  await ensureBuilt();
  note('Starting the server');
  process.env.NODE_ENV ??= 'production';
  await import(new URL('../build-server/index.js', import.meta.url).href);
});
