/** Upload of a run's recipe, report and artifact. Answers with a receipt; sending it again is harmless. */
import { json } from '@sveltejs/kit';
import { openMultipart, TooLarge, type MultipartReader } from '$server/http/multipart.ts';
import { SEAT_CLOSED } from '$server/live/seats.ts';
import { isRefusal, Refusal } from '$server/refusal.ts';
import { openRoot } from '$server/root.ts';
import { admit, refuseSize, type Admitted, type Claim } from '$server/submissions/admit.ts';
import { receiptOf, receiveSubmission } from '$server/submissions/receive.ts';
import { lookUpRoom, seatIn, seatIsClosed } from '../../../../../guards.server.ts';
import type { RequestEvent, RequestHandler } from './$types';

/** Of each part before the artifact. */
const MAX_TEXT_BYTES = 16 * 1024;

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
  getClientAddress,
}: RequestEvent): Promise<Response> {
  const root = await openRoot();
  const room = await lookUpRoom(root, params.code, getClientAddress());
  if (!room) throw new Refusal(404, 'No session has this join code.');
  const participant = await seatIn(root, room, cookies);
  if (!participant && (await seatIsClosed(root, room, cookies)))
    throw new Refusal(403, SEAT_CLOSED);
  if (!participant) throw new Refusal(401, 'Join the session before you submit.');
  await root.limits.spend('upload', participant.id);
  const giveBack = root.uploads.take(participant.id);
  try {
    const form = openMultipart(request);
    const claim = { runId: params.runId, ...(await readClaim(form)) };
    const admitted = await admit(root.db, room, participant, claim, root.now);
    const artifact = await readArtifact(form, admitted);
    const { submissionId, isNew } = await receiveSubmission(
      root.db,
      room,
      participant,
      { ...claim, artifact },
      root.now,
    );
    if (isNew) {
      root.metrics.submissions.inc();
      root.verifier.wake();
    }
    const receipt = await receiptOf(root.db, submissionId, (id) => root.queue.aheadOf(id));
    return json(receipt, { status: isNew ? 201 : 200 });
  } finally {
    giveBack();
  }
}

/** The parts before the artifact, which must come last: they decide whether it is read. */
async function readClaim(form: MultipartReader): Promise<Omit<Claim, 'runId'>> {
  const parts: Record<string, string> = {};
  for (;;) {
    const name = await form.next();
    if (name === null) throw new Refusal(400, 'The artifact is missing.', 'artifact');
    if (name === 'artifact') break;
    parts[name] = (await readPart(form, name)).toString('utf8');
  }
  return {
    roundId: parts.round || null,
    recipe: parts.recipe ?? '',
    report: parts.report ?? '',
  };
}

async function readPart(form: MultipartReader, name: string): Promise<Buffer> {
  try {
    return await form.read(MAX_TEXT_BYTES);
  } catch (error) {
    if (error instanceof TooLarge) throw new Refusal(413, 'This part is too long.', name);
    throw error;
  }
}

async function readArtifact(form: MultipartReader, { expected }: Admitted): Promise<Buffer> {
  try {
    return await form.read(expected.maxBytes);
  } catch (error) {
    if (error instanceof TooLarge) refuseSize(expected);
    throw error;
  }
}
