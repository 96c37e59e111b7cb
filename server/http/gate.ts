/**
 * What happens to a request before Kit sees it: the protocol it came by is stated, and a body larger than
 * its route takes is refused before it is read. What a route leaves unread is dropped behind it.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { MAX_ARTIFACT_BYTES } from '../submissions/admit.ts';

/** Room for the other form parts and their boundaries. */
const FORM_BYTES = 128 * 1024;
/** Largest body of any route; adapter-node counts it while it streams. */
export const MAX_BODY_BYTES = MAX_ARTIFACT_BYTES + FORM_BYTES;
const MAX_OTHER_BODY_BYTES = 512 * 1024;
/**
 * A client that is sending reads the answer only later, and a connection closed under it loses the answer.
 * It gets this long, in ms, in which what it sends is dropped.
 */
const LINGER = 10_000;

const SUBMISSION = /^\/api\/sessions\/[^/]+\/submissions\/[^/?]+(\?|$)/;

export interface GateOptions {
  protocol: 'http' | 'https';
  /** A proxy in front sets x-forwarded-*; from anybody else they are lies. */
  trustProxy: boolean;
}

export function gate(
  next: RequestListener,
  { protocol, trustProxy }: GateOptions,
): RequestListener {
  return (request, response) => {
    if (!trustProxy) {
      delete request.headers['x-forwarded-for'];
      delete request.headers['x-forwarded-host'];
      request.headers['x-forwarded-proto'] = protocol;
    } else request.headers['x-forwarded-proto'] ??= protocol;
    const refusal = refuseBody(request);
    if (refusal) return refuse(request, response, ...refusal);
    response.once('finish', () => dropRest(request));
    next(request, response);
  };
}

function refuseBody({ method, url, headers }: IncomingMessage): [number, string] | null {
  const limit =
    method === 'PUT' && SUBMISSION.test(url ?? '') ? MAX_BODY_BYTES : MAX_OTHER_BODY_BYTES;
  if (headers['content-length'] !== undefined)
    return Number(headers['content-length']) > limit
      ? [413, `This request is larger than ${Math.floor(limit / 1024)} KiB.`]
      : null;
  // Node cuts a body at its stated length; one without a length could only be counted by reading it.
  return headers['transfer-encoding'] !== undefined
    ? [411, 'This request must state its length.']
    : null;
}

/** Answers at once, lets what is on its way pass unread for a moment, and closes the connection. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  error: string,
): void {
  const body = JSON.stringify({ error });
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  response.write(body);
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER);
  request.once('end', end).once('close', end);
  request.resume();
}

/** A connection whose request is not read to its end would wait for ever; nothing of the rest is kept. */
function dropRest(request: IncomingMessage): void {
  if (request.complete) return;
  request.removeAllListeners('data');
  request.resume();
}
