/**
 * Headers of every response. Threads and WebGPU need a cross-origin isolated page, and isolation needs
 * these on worker scripts, static files and errors alike, so they are set outside of Kit. The Content
 * Security Policy is Kit's: it holds a nonce per page.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

const HEADERS: Record<string, string> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
};

/** Large files whose names stay the same when their content changes: kept, but asked for again by ETag. */
const REVALIDATED = /^\/(models|tasks)\//;

export function setHeaders(request: IncomingMessage, response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  if (REVALIDATED.test(request.url ?? '')) response.setHeader('cache-control', 'public, no-cache');
}

/**
 * Puts {@link setHeaders} in front of everything that answers on this server, socket.io included. Call it
 * last: socket.io takes the other listeners over when it is attached.
 */
export function guardHeaders(server: Server): void {
  server.prependListener('request', setHeaders);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy();
    const lines = Object.entries(HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 400 Bad Request\r\n${lines.join('')}connection: close\r\n\r\n`);
  });
}
