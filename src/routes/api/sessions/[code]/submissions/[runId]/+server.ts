/** Upload of a run's recipe, report and artifact. Answers with a receipt; sending it again is harmless. */
import { json } from '@sveltejs/kit';
import { SEAT_CLOSED } from '$server/live/seats.ts';
import { isRefusal, Refusal } from '$server/refusal.ts';
import { openRoot } from '$server/root.ts';
import { takeUpload } from '$server/submissions/upload.ts';
import { lookUpRoom, seatIn, seatIsClosed } from '../../../../../guards.server.ts';
import type { RequestEvent, RequestHandler } from './$types';

export const PUT: RequestHandler = async (event) => {
  try {
    return await receive(event);
  } catch (refusal) {
    if (!isRefusal(refusal)) throw refusal;
    const { status, message, field } = refusal;
    return json({ error: message, ...(field ? { field } : {}) }, { status });
  }
};

async function receive({
  params,
  request,
  cookies,
  locals,
  getClientAddress,
}: RequestEvent): Promise<Response> {
  const root = await openRoot();
  const room = await lookUpRoom(root, params.code, getClientAddress());
  if (!room) throw new Refusal(404, 'No session has this join code.');
  const participant = await seatIn(root, room, cookies, locals.user);
  if (!participant && (await seatIsClosed(root, room, cookies, locals.user)))
    throw new Refusal(403, SEAT_CLOSED);
  if (!participant) throw new Refusal(401, 'Join the session before you submit.');
  const { receipt, isNew } = await takeUpload(root, room, participant, params.runId, request);
  return json(receipt, { status: isNew ? 201 : 200 });
}
