/** The upload of submissions without Kit: finds the seat by its cookie and does what the route does. Else 404. */
import type { IncomingMessage, RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { readCookie, seatCookie } from '../../server/http/cookies.ts';
import { isRefusal, Refusal } from '../../server/refusal.ts';
import type { Root } from '../../server/root.ts';
import { takeUpload } from '../../server/submissions/upload.ts';

const SUBMISSION = /^\/api\/sessions\/([^/]+)\/submissions\/([^/?]+)$/;

export function uploadListener(root: Root): RequestListener {
  return (request, response) => {
    const [, code, runId] = SUBMISSION.exec(request.url ?? '') ?? [];
    if (request.method !== 'PUT' || !code || !runId) {
      response.writeHead(404).end();
      return;
    }
    take(root, code, runId, request).then(
      ({ status, body }) => response.writeHead(status).end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  };
}

async function take(root: Root, code: string, runId: string, request: IncomingMessage) {
  try {
    const room = await root.rooms.byCode(code);
    if (!room) throw new Refusal(404, 'No session has this join code.');
    const token = readCookie(request.headers.cookie, seatCookie(code));
    const participant = await root.seats.holder(room, token);
    if (!participant) throw new Refusal(401, 'Join the session before you submit.');
    const { receipt, isNew } = await takeUpload(root, room, participant, runId, asRequest(request));
    return { status: isNew ? 201 : 200, body: receipt };
  } catch (refusal) {
    if (!isRefusal(refusal)) throw refusal;
    return { status: refusal.status, body: { error: refusal.message } };
  }
}

function asRequest(request: IncomingMessage): Request {
  return new Request('http://localhost/', {
    method: 'PUT',
    headers: { 'content-type': request.headers['content-type'] ?? '' },
    body: Readable.toWeb(request) as ReadableStream,
    duplex: 'half',
  } as RequestInit);
}
