/**
 * `npm run instructor-link`: asks the running server for a new one-time instructor link. The server owns
 * its database, so the question goes through its socket in the data folder.
 */
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { relative, resolve } from 'node:path';
import { createHash } from 'node:crypto';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = resolve(root, process.env.RANKROOM_DATA ?? 'data');

try {
  const { path, origin } = await ask();
  console.log(`Instructor link, works once:\n${origin ?? ''}${path}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** The same rule as server/owner.ts. */
function socketPath() {
  if (process.platform === 'win32')
    return `\\\\.\\pipe\\rankroom-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`;
  const absolute = resolve(folder, 'owner.sock');
  const local = relative(process.cwd(), absolute);
  return local.length < absolute.length ? local : absolute;
}

/** @returns {Promise<{ path: string, origin: string | null }>} */
function ask() {
  return new Promise((done, failed) => {
    const call = request(
      { socketPath: socketPath(), path: '/instructor-link', method: 'POST' },
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
        new Error(
          `No Rankroom server is running on ${folder}. Start it with npm start; it prints a link itself while there is no instructor.`,
        ),
      ),
    );
    call.end();
  });
}
