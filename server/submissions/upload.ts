/** One upload of a run, from its first part to the receipt. Who sends it, and to which session, is known already. */
import { UPLOAD_TIMEOUT_MS } from '../../src/lib/live/closing.ts';
import type { Participant } from '../../src/lib/live/session.ts';
import type { SubmissionReceipt } from '../../src/lib/live/protocol.ts';
import { openMultipart, TooLarge, type MultipartReader } from '../http/multipart.ts';
import type { SessionRoom } from '../live/session-room.ts';
import { Refusal } from '../refusal.ts';
import type { Root } from '../root.ts';
import { admit, refuseSize, type Admitted, type Claim } from './admit.ts';
import { receiptOf, receiveSubmission } from './receive.ts';

/** Of each part before the artifact. */
const MAX_TEXT_BYTES = 16 * 1024;

/**
 * @returns what the participant is told, and whether the run is new
 * @throws {Refusal} 400 · 408 · 409 · 413 · 422 · 429 · 503
 */
export async function takeUpload(
  root: Root,
  room: SessionRoom,
  participant: Participant,
  runId: string,
  request: Request,
): Promise<{ receipt: SubmissionReceipt; isNew: boolean }> {
  await root.limits.spend('upload', participant.id);
  const giveBack = root.uploads.take(participant.id);
  try {
    const form = openMultipart(request, UPLOAD_TIMEOUT_MS);
    const claim = { runId, ...(await readClaim(form)) };
    const run = [participant.id, claim.roundId, runId].join(' ');
    const arrivedAt = root.firstAdmissions.of(run, root.now());
    const admitted = await admit(root.db, room, participant, claim, arrivedAt);
    root.firstAdmissions.note(run, arrivedAt);
    const artifact = await readArtifact(form, admitted);
    const { submissionId, isNew } = await receiveSubmission(
      root.db,
      room,
      participant,
      { ...claim, artifact },
      root.now,
      arrivedAt,
    );
    if (isNew) {
      if (!room.meta.rehearsal) root.metrics.submissions.inc();
      root.verifier.wake();
    }
    const receipt = await receiptOf(root.db, submissionId, (id) => root.queue.aheadOf(id));
    return { receipt, isNew };
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
