/**
 * What the server does for commands that may not open its database themselves. They ask through the socket in the data
 * folder, which only its owner's user can enter.
 */
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Accounts } from './auth/accounts.ts';
import { isRefusal, Refusal } from './refusal.ts';

type Command = (accounts: Accounts, request: URLSearchParams) => Promise<{ path: string }>;

const COMMANDS: Record<string, Command> = {
  '/instructor-link': async (accounts) => ({ path: await accounts.issueSetupPath() }),
  '/reset-link': (accounts, request) =>
    accounts.issueResetPath(request.get('username') ?? '', null),
};

/** @param accounts null while the server is starting */
export function adminListener(accounts: () => Accounts | null): RequestListener {
  return (request, response) => {
    run(accounts(), request).then(
      (answer) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ ...answer, origin: process.env.RANKROOM_ORIGIN ?? null }));
      },
      (error: unknown) => {
        response.writeHead(isRefusal(error) ? error.status : 500, {
          'content-type': 'application/json',
        });
        response.end(JSON.stringify({ error: isRefusal(error) ? error.message : String(error) }));
      },
    );
  };
}

async function run(
  accounts: Accounts | null,
  { method, url }: IncomingMessage,
): Promise<{ path: string }> {
  const { pathname, searchParams } = new URL(url ?? '/', 'http://owner');
  const command = method === 'POST' ? COMMANDS[pathname] : undefined;
  if (!command) throw new Refusal(404, 'no such command');
  if (!accounts) throw new Refusal(503, 'the server is still starting');
  return command(accounts, searchParams);
}
