/**
 * The production server: owns the http server, opens the root, and lets Kit's handler answer pages.
 *
 *   HOST (0.0.0.0) · PORT (3000) · DATABASE_URL · RANKROOM_DATA · TRUST_PROXY=1 behind a TLS proxy
 *   --https serves a self-signed certificate, so that devices on the LAN have a secure context
 */
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { renderUnicodeCompact } from 'uqr';
import { lanAddress, listensOnLan } from './http/addresses.ts';
import { selfSignedCertificate } from './http/certificate.ts';
import { gate, MAX_BODY_BYTES } from './http/gate.ts';
import { guardHeaders } from './http/headers.ts';
import { DataFolderInUse } from './owner.ts';
import { dataFolder, packageRoot } from './paths.ts';
import { closeRoot, openRoot, type Root } from './root.ts';

/** Open requests get this long to finish when the server is told to stop, in ms. */
const SHUTDOWN_TIMEOUT = 5000;

const protocol = process.argv.includes('--https') ? 'https' : 'http';
const host = process.env.HOST || '0.0.0.0';
const port = Number(process.env.PORT || 3000);
const trustProxy = process.env.TRUST_PROXY === '1';

// adapter-node reads these when its handler is imported. The gate sets the protocol header on every
// request, so that forms work under whatever address a device used; a fixed ORIGIN would refuse the others.
process.env.PROTOCOL_HEADER = 'x-forwarded-proto';
if (trustProxy) {
  process.env.HOST_HEADER ??= 'x-forwarded-host';
  process.env.ADDRESS_HEADER ??= 'x-forwarded-for';
}
process.env.BODY_SIZE_LIMIT = String(MAX_BODY_BYTES);

async function createServer(listener: RequestListener): Promise<Server> {
  return protocol === 'https'
    ? createHttpsServer(await selfSignedCertificate(dataFolder()), listener)
    : createHttpServer(listener);
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

async function start(): Promise<void> {
  const root = await openRoot();
  const kit = (await import(pathToFileURL(join(packageRoot(), 'build', 'handler.js')).href)) as {
    handler: RequestListener;
  };
  const server = await createServer(gate(kit.handler, { protocol, trustProxy }));
  root.hub.attach(server, { trustProxy });
  guardHeaders(server);
  const boundPort = await listen(server);
  stopOnSignal(server, root);
  const local = `${protocol}://localhost:${boundPort}`;
  process.env.RANKROOM_ORIGIN = local;
  await greet(root, local, boundPort);
}

async function greet(root: Root, local: string, boundPort: number): Promise<void> {
  const lan = listensOnLan(host) ? lanAddress() : null;
  console.log(`\nRankroom ${root.version} is ready.\n\n  Local  ${local}`);
  if (lan) {
    const url = `${protocol}://${lan}:${boundPort}`;
    console.log(`  LAN    ${url}\n\n${renderUnicodeCompact(url, { border: 2 })}`);
  }
  if (!(await root.accounts.hasInstructor())) {
    const path = await root.accounts.issueSetupPath();
    console.log(`\n  Instructor link, works once:\n  ${local}${path}\n`);
  }
}

function stopOnSignal(server: Server, root: Root): void {
  const stop = (signal: string) => {
    root.log.info({ signal }, 'stopping');
    // Whatever does not end by itself must not keep the process: acknowledged work is stored already.
    setTimeout(() => process.exit(1), SHUTDOWN_TIMEOUT).unref();
    server.closeIdleConnections();
    closeRoot().then(
      () => process.exit(0),
      (error: unknown) => {
        root.log.error({ error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

try {
  await start();
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}

/** A sentence for what a person can mend; the whole error for what they cannot. */
function explain(error: unknown): unknown {
  if (error instanceof DataFolderInUse) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use. Stop the other program, or choose another port: PORT=3001 npm start`;
  if (code === 'EACCES')
    return `Not permitted: ${message}. Ports below 1024 usually need an administrator; choose another with PORT=3000.`;
  return error;
}
