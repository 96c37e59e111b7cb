/** This server as its own client reaches it. */
import { request as httpRequest, type Server } from 'node:http';
import { request as httpsRequest, Server as HttpsServer } from 'node:https';

/** Where it listens, as an origin: `http://127.0.0.1:3000`; null before it does. */
export function loopbackOrigin(server: Server | null): string | null {
  const address = server?.address();
  if (!address || typeof address === 'string') return null;
  const protocol = server instanceof HttpsServer ? 'https' : 'http';
  const everywhere = ['0.0.0.0', '::'].includes(address.address);
  const host = everywhere ? '127.0.0.1' : address.address;
  return `${protocol}://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}

/** What a proxy in front would say; without one the server drops it. */
export function loopbackHeaders(origin: string): Record<string, string> {
  const { host, protocol } = new URL(origin);
  return {
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': host,
    'x-forwarded-proto': protocol.slice(0, -1),
  };
}

export interface Answer {
  status: number;
  body: string;
}

/**
 * Sends a form as a page of this site does.
 * @throws when the connection fails or `signal` ends it
 */
export async function putForm(
  url: string,
  form: FormData,
  cookie: string,
  signal: AbortSignal,
): Promise<Answer> {
  const { origin, protocol } = new URL(url);
  const encoded = new Response(form);
  const body = Buffer.from(await encoded.arrayBuffer());
  const send = protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = send(
      url,
      {
        method: 'PUT',
        signal,
        // The certificate is this server's own, made by itself.
        rejectUnauthorized: false,
        headers: {
          ...loopbackHeaders(origin),
          origin,
          cookie,
          'content-type': encoded.headers.get('content-type') ?? '',
          'content-length': body.length,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
