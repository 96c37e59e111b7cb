/**
 * Takes a submission: checks it against the round, then stores run, submission, artifact, verification and
 * event in one transaction. The client's run id makes it idempotent, so an upload whose answer was lost
 * can simply be sent again.
 */
import { eq } from 'drizzle-orm';
import { createHash, randomUUID } from 'node:crypto';
import { recipeName } from '../../src/lib/engine/formats/recipe-name.ts';
import { recipeKey, type Recipe } from '../../src/lib/engine/formats/recipe.ts';
import type { SubmissionReceipt } from '../../src/lib/live/protocol.ts';
import type { Participant } from '../../src/lib/live/session.ts';
import { cellOf } from '../../src/lib/live/sweep.ts';
import type { Database } from '../db/index.ts';
import { artifacts, runs, submissions, verifications } from '../db/schema.ts';
import type { SessionRoom } from '../live/session-room.ts';
import { Refusal } from '../refusal.ts';
import { admit, findRun, refuseOutsideRound, refuseSize, type Claim } from './admit.ts';

export interface Upload extends Claim {
  artifact: Uint8Array;
}

/**
 * @param arrivedAt when its claim was admitted: a slow artifact is not late for its round
 * @returns the submission's id, and whether it is new
 * @throws {Refusal} 400 malformed · 409 run id used for something else, or no round open · 413 too large ·
 *   422 outside the round's limits
 */
export async function receiveSubmission(
  db: Database,
  room: SessionRoom,
  participant: Participant,
  upload: Upload,
  now: () => number,
  arrivedAt = now(),
): Promise<{ submissionId: string; isNew: boolean }> {
  const admitted = await admit(db, room, participant, upload, arrivedAt);
  const { runId, recipe, report, expected } = admitted;
  const { artifact } = upload;
  if (artifact.byteLength === 0) throw new Refusal(400, 'The artifact is empty.', 'artifact');
  if (artifact.byteLength > expected.maxBytes) refuseSize(expected);
  const contentHash = hashOf(recipe, artifact);

  return room.change<{ submissionId: string; isNew: boolean }>(async (state) => {
    const repeated = await findRun(db, participant, runId);
    if (repeated && repeated.contentHash !== contentHash)
      throw new Refusal(409, 'This run was submitted with another recipe or artifact.', 'runId');
    if (repeated)
      return { events: [], value: { submissionId: repeated.submissionId, isNew: false } };

    const round = refuseOutsideRound(state, participant, admitted, arrivedAt);
    const at = now();
    const submissionId = randomUUID();
    const recipeLabel = recipeName(recipe);
    return {
      events: [
        {
          type: 'submission:received',
          at,
          submissionId,
          participantId: participant.id,
          roundId: round.id,
          recipe: recipeLabel,
          reportedAccuracy: report.accuracy,
          // What the recipe trains; the verifier counts what the artifact holds.
          reportedTrainable: expected.trainable,
          ...(round.sweep ? { cell: cellOf(round.sweep, recipe) } : {}),
        },
      ],
      write: async (tx) => {
        const moment = new Date(at);
        const owner = { participantId: participant.id, roundId: round.id };
        await tx.insert(runs).values({ id: runId, ...owner, recipe, report, createdAt: moment });
        await tx.insert(submissions).values({
          id: submissionId,
          runId,
          sessionId: room.meta.id,
          ...owner,
          task: recipe.task,
          recipeLabel,
          contentHash,
          status: 'provisional',
          submittedAt: moment,
        });
        await tx.insert(artifacts).values({ submissionId, bytes: artifact });
        await tx.insert(verifications).values({
          submissionId,
          state: 'queued',
          // Below every class's: nobody's students wait for simulated ones.
          priority: (report.accuracy ?? 0) - (room.meta.rehearsal ? 1 : 0),
          queuedAt: moment,
        });
      },
      value: { submissionId, isNew: true },
    };
  });
}

/** Tells a repeated upload from a different one. */
const hashOf = (recipe: Recipe, artifact: Uint8Array): string =>
  createHash('sha256').update(recipeKey(recipe)).update('\0').update(artifact).digest('hex');

/** What the student is told: where the submission stands now. */
export async function receiptOf(
  db: Database,
  submissionId: string,
  aheadOf: (submissionId: string) => Promise<number>,
): Promise<SubmissionReceipt> {
  const [row] = await db
    .select({ status: submissions.status, reason: submissions.reason })
    .from(submissions)
    .where(eq(submissions.id, submissionId));
  const status = row?.status ?? 'provisional';
  return {
    submissionId,
    status,
    ahead: status === 'provisional' ? await aheadOf(submissionId) : 0,
    ...(status === 'provisional' && row?.reason ? { delayed: true as const } : {}),
  };
}
