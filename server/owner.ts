/**
 * One process owns a data folder. The lock is a listening Unix socket: unlike a pid file it cannot go
 * stale, because the system closes it with its process. The same socket answers the owner's admin
 * requests over HTTP (`npm run instructor-link`), so that no second process has to open PGlite.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect } from 'node:net';
import { join, relative } from 'node:path';

export class DataFolderInUse extends Error {
  override name = 'DataFolderInUse';
  constructor(folder: string) {
    super(
      `Another Rankroom server is using ${folder}. Stop it, or give this one its own folder with RANKROOM_DATA=/some/folder.`,
    );
  }
}

/** The system's limit on a socket's path, in bytes, with room to spare. */
const MAX_SOCKET_PATH = 100;

/** @throws when the path is too long for a socket */
export function ownerSocket(folder: string): string {
  if (process.platform === 'win32')
    return `\\\\.\\pipe\\rankroom-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`;
  const absolute = join(folder, 'owner.sock');
  const local = relative(process.cwd(), absolute);
  const path = local.length < absolute.length ? local : absolute;
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH)
    throw new Error(
      `The data folder's path is too long for a socket: ${folder}. Choose a shorter one with RANKROOM_DATA.`,
    );
  return path;
}

/**
 * @param admin answers requests made through the socket; only users who may enter the folder can make them
 * @returns releases the folder
 * @throws {DataFolderInUse}
 */
export async function ownDataFolder(
  folder: string,
  admin: RequestListener,
): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = ownerSocket(folder);
  const server = createServer(admin);
  try {
    await listen(server, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (!(await removeDeadSocket(path))) throw new DataFolderInUse(folder);
    await listen(server, path).catch(() => {
      throw new DataFolderInUse(folder);
    });
  }
  if (process.platform !== 'win32') await chmod(path, 0o600);
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

/**
 * Clears a socket whose process is gone. It is moved aside first and asked again there: of two starting
 * servers one wins the move, and a living owner's socket that was moved by mistake is put back.
 */
async function removeDeadSocket(path: string): Promise<boolean> {
  if (await answers(path)) return false;
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch {
    return true;
  }
  if (await answers(aside)) {
    await rename(aside, path);
    return false;
  }
  await rm(aside, { force: true });
  return true;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
