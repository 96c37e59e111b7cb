/** Commands that ask the running server: it owns its database, so the question goes through its socket in the data folder. */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { relative, resolve } from 'node:path';
import { root } from './paths.mjs';

const folder = resolve(root, process.env.RANKROOM_DATA ?? 'data');

/** The same rule as server/owner.ts. */
function socketPath() {
  if (process.platform === 'win32')
    return `\\\\.\\pipe\\rankroom-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`;
  const absolute = resolve(folder, 'owner.sock');
  const local = relative(process.cwd(), absolute);
  return local.length < absolute.length ? local : absolute;
}

/**
 * Prints the link that the server makes.
 * @param {string} command path and query
 * @param {string} title what the link is
 * @param {string} [hint] said when no server runs
 */
export async function printLink(command, title, hint = '') {
  try {
    const { path, origin } = await ask(command, hint);
    console.log(`${title}:\n${origin ?? ''}${path}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

/**
 * @param {string} command
 * @param {string} hint
 * @returns {Promise<{ path: string, origin: string | null }>}
 */
function ask(command, hint) {
  return new Promise((done, failed) => {
    const call = request(
      { socketPath: socketPath(), path: command, method: 'POST' },
      async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        const answer = JSON.parse(text);
        if (response.statusCode === 200) done(answer);
        else failed(new Error(answer.error));
      },
    );
    call.once('error', () =>
      failed(
        new Error(`No Rankroom server is running on ${folder}. Start it with npm start${hint}.`),
      ),
    );
    call.end();
  });
}
