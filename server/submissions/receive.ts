/**
 * Takes a submission: checks it against the round, then stores run, submission, artifact, verification and
 * event in one transaction. The client's run id makes it idempotent, so an upload whose answer was lost
 * can simply be sent again.
 */
import { eq } from 'drizzle-orm';
import { createHash, randomUUID } from 'node:crypto';
import * as v from 'valibot';
import {
  parseRecipe,
  RecipeError,
  recipeKey,
  type Recipe,
} from '../../src/lib/engine/formats/recipe.ts';
import { challengeViolations } from '../../src/lib/live/challenge.ts';
import { ReportSchema, type Report, type SubmissionReceipt } from '../../src/lib/live/protocol.ts';
import { recipeName } from '../../src/lib/engine/formats/recipe-name.ts';
import {
  submissionsOf,
  type Participant,
  type Round,
  type SessionState,
} from '../../src/lib/live/session.ts';
import type { Database } from '../db/index.ts';
import { artifacts, runs, submissions, verifications } from '../db/schema.ts';
import type { SessionRoom } from '../live/session-room.ts';
import { isRefusal, Refusal } from '../refusal.ts';
import { validate } from '../validate.ts';
import { countTrainable } from './trainable.ts';

/** Largest artifact, in bytes. */
export const MAX_ARTIFACT_BYTES = 16 * 1024 * 1024;
/** A run that was under way when its round ended may still arrive, in ms. */
const GRACE = 2 * 60_000;

export interface Upload {
  runId: string;
  /** JSON text. */
  recipe: string;
  /** JSON text. */
  report: string;
  artifact: Uint8Array;
  /** The round it was made for; without it, the current one. */
  roundId: string | null;
}

interface Checked {
  runId: string;
  recipe: Recipe;
  report: Report;
  contentHash: string;
}

/**
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
): Promise<{ submissionId: string; isNew: boolean }> {
  const checked = check(upload);
  return room.change<{ submissionId: string; isNew: boolean }>(async (state) => {
    const repeated = await findRepeated(db, participant, checked);
    if (repeated) return { events: [], value: { submissionId: repeated, isNew: false } };

    const at = now();
    const round = openRound(state, upload.roundId, at);
    refuseOutsideLimits(state, round, participant, checked.recipe);
    const submissionId = randomUUID();
    const recipe = recipeName(checked.recipe);
    return {
      events: [
        {
          type: 'submission:received',
          at,
          submissionId,
          participantId: participant.id,
          roundId: round.id,
          recipe,
          reportedAccuracy: checked.report.accuracy,
          reportedTrainable: countTrainable(upload.artifact),
        },
      ],
      write: async (tx) => {
        const moment = new Date(at);
        const owner = { participantId: participant.id, roundId: round.id };
        await tx.insert(runs).values({
          id: checked.runId,
          ...owner,
          recipe: checked.recipe,
          report: checked.report,
          createdAt: moment,
        });
        await tx.insert(submissions).values({
          id: submissionId,
          runId: checked.runId,
          sessionId: room.meta.id,
          ...owner,
          task: checked.recipe.task,
          recipeLabel: recipe,
          contentHash: checked.contentHash,
          status: 'provisional',
          submittedAt: moment,
        });
        await tx.insert(artifacts).values({ submissionId, bytes: upload.artifact });
        await tx.insert(verifications).values({
          submissionId,
          state: 'queued',
          priority: checked.report.accuracy ?? 0,
          queuedAt: moment,
        });
      },
      value: { submissionId, isNew: true },
    };
  });
}

const RunIdSchema = v.pipe(v.string(), v.uuid('The run id must be a UUID.'));

function check({ runId, recipe, report, artifact }: Upload): Checked {
  if (artifact.byteLength === 0) throw new Refusal(400, 'The artifact is empty.', 'artifact');
  if (artifact.byteLength > MAX_ARTIFACT_BYTES)
    throw new Refusal(413, 'The artifact is larger than 16 MiB.', 'artifact');
  const id = inField('runId', () => validate(RunIdSchema, runId));
  const parsed = inField('recipe', () => parseRecipe(parseJson(recipe)));
  return {
    runId: id.toLowerCase(),
    recipe: parsed,
    report: inField('report', () => validate(ReportSchema, parseJson(report))),
    contentHash: createHash('sha256')
      .update(recipeKey(parsed))
      .update('\0')
      .update(artifact)
      .digest('hex'),
  };
}

/** Names the form part in whatever goes wrong inside it. */
function inField<T>(part: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (isRefusal(error))
      throw new Refusal(error.status, error.message, error.field ? `${part}.${error.field}` : part);
    if (error instanceof RecipeError) throw new Refusal(400, error.message, part);
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'This is not JSON.');
  }
}

async function findRepeated(
  db: Database,
  participant: Participant,
  { runId, contentHash }: Checked,
): Promise<string | null> {
  const [row] = await db
    .select({
      id: submissions.id,
      participantId: submissions.participantId,
      contentHash: submissions.contentHash,
    })
    .from(submissions)
    .where(eq(submissions.runId, runId));
  if (!row) return null;
  if (row.participantId !== participant.id)
    throw new Refusal(409, 'This run id belongs to another participant.', 'runId');
  if (row.contentHash !== contentHash)
    throw new Refusal(409, 'This run was submitted with another recipe or artifact.', 'runId');
  return row.id;
}

function openRound(state: SessionState, roundId: string | null, at: number): Round {
  const round = roundId ? state.rounds.find(({ id }) => id === roundId) : state.rounds.at(-1);
  if (!round)
    throw new Refusal(
      409,
      roundId ? 'This session has no such round.' : 'No round has started yet.',
    );
  if (round.endedAt !== null && at - round.endedAt > GRACE)
    throw new Refusal(409, `Round ${round.number} has ended.`);
  return round;
}

function refuseOutsideLimits(
  state: SessionState,
  round: Round,
  participant: Participant,
  recipe: Recipe,
): void {
  const [violation] = challengeViolations(round.challenge, recipe);
  if (violation) throw new Refusal(422, sentence(violation), 'recipe');
  const limit = round.challenge.submissionsPerParticipant;
  const made = submissionsOf(state, round.id).filter((s) => s.participantId === participant.id);
  if (made.length >= limit)
    throw new Refusal(422, `You have used all ${limit} submissions of this round.`);
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** What the student is told: where the submission stands now. */
export async function receiptOf(
  db: Database,
  submissionId: string,
  aheadOf: (submissionId: string) => Promise<number>,
): Promise<SubmissionReceipt> {
  const [row] = await db
    .select({ status: submissions.status })
    .from(submissions)
    .where(eq(submissions.id, submissionId));
  const status = row?.status ?? 'provisional';
  return {
    submissionId,
    status,
    ahead: status === 'provisional' ? await aheadOf(submissionId) : 0,
  };
}
