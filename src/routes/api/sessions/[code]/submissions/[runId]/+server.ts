/** Upload of a run's recipe, report and artifact. Answers with a receipt; sending it again is harmless. */
import { json } from '@sveltejs/kit';
import { isRefusal, Refusal } from '$server/refusal.ts';
import { openRoot } from '$server/root.ts';
import { receiptOf, receiveSubmission } from '$server/submissions/receive.ts';
import { lookUpRoom, seatIn, textField } from '../../../../../guards.server.ts';
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
  getClientAddress,
}: RequestEvent): Promise<Response> {
  const root = await openRoot();
  const room = await lookUpRoom(root, params.code, getClientAddress());
  if (!room) throw new Refusal(404, 'No session has this join code.');
  const participant = await seatIn(root, room, cookies);
  if (!participant) throw new Refusal(401, 'Join the session before you submit.');
  const upload = { runId: params.runId, ...(await readUpload(request)) };
  const { submissionId, isNew } = await receiveSubmission(
    root.db,
    room,
    participant,
    upload,
    root.now,
  );
  if (isNew) {
    root.metrics.submissions.inc();
    root.verifier.wake();
  }
  const receipt = await receiptOf(root.db, submissionId, (id) => root.queue.aheadOf(id));
  return json(receipt, { status: isNew ? 201 : 200 });
}

async function readUpload(request: Request) {
  let form: FormData;
  try {
    form = await request.formData();
  } catch {
    throw new Refusal(400, 'Send the parts recipe, report and artifact as multipart/form-data.');
  }
  const artifact = form.get('artifact');
  if (!(artifact instanceof File)) throw new Refusal(400, 'The artifact is missing.', 'artifact');
  return {
    recipe: textField(form, 'recipe'),
    report: textField(form, 'report'),
    artifact: new Uint8Array(await artifact.arrayBuffer()),
    roundId: textField(form, 'round') || null,
  };
}
