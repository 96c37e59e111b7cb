/**
 * What happens to a request before Kit sees it: the protocol it came by is stated, and a body larger than
 * its route takes is refused before it is read.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { MAX_ARTIFACT_BYTES } from '../submissions/receive.ts';

/** Room for the other form parts and their boundaries. */
const FORM_BYTES = 128 * 1024;
/** Largest body of any route; adapter-node counts it while it streams. */
export const MAX_BODY_BYTES = MAX_ARTIFACT_BYTES + FORM_BYTES;
const MAX_OTHER_BODY_BYTES = 512 * 1024;

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
    if (refusal) return refuse(response, ...refusal);
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
  return headers['transfer-encoding'] !== undefined && limit !== MAX_BODY_BYTES
    ? [411, 'This request must state its length.']
    : null;
}

function refuse(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ error }));
}
