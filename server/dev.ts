/** The live server inside `vite dev`, loaded through Vite so that it shares modules with the routes. */
import type { Server } from 'node:http';
import { guardHeaders } from './http/headers.ts';
import { closeRoot, openRoot } from './root.ts';

/** Attaches sockets and headers; a root left from before a restart is closed first. */
export async function attach(server: Server): Promise<void> {
  await closeRoot();
  const root = await openRoot();
  root.hub.attach(server);
  guardHeaders(server);
  if (await root.accounts.hasInstructor()) return;
  root.log.info(`instructor link, works once: ${await root.accounts.issueSetupPath()}`);
}
