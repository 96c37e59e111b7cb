/**
 * Decides about a submission before its artifact is read: from the run's id, the round, the recipe and
 * the report. What may be sent is also bounded here: no artifact is larger than what its recipe trains.
 */
import { eq } from 'drizzle-orm';
import * as v from 'valibot';
import { parseRecipe, RecipeError, type Recipe } from '../../src/lib/engine/formats/recipe.ts';
import { allUsed, challengeViolations } from '../../src/lib/live/challenge.ts';
import { takesSubmissions } from '../../src/lib/live/closing.ts';
import { lockViolations } from '../../src/lib/live/locks.ts';
import { ReportSchema, type Report } from '../../src/lib/live/protocol.ts';
import {
  submissionsOf,
  type Participant,
  type Round,
  type SessionState,
} from '../../src/lib/live/session.ts';
import { cellOf } from '../../src/lib/live/sweep.ts';
import { expectedOf, type Expected } from '../catalogue.ts';
import type { Database } from '../db/index.ts';
import { submissions } from '../db/schema.ts';
import { SEAT_CLOSED } from '../live/seats.ts';
import type { SessionRoom } from '../live/session-room.ts';
import { isRefusal, Refusal } from '../refusal.ts';
import { validate } from '../validate.ts';

/** Room for the largest artifact of any recipe on a shipped base, in bytes: full fine-tuning's, in fp32. */
export const MAX_ARTIFACT_BYTES = 20 * 1024 * 1024;

/** What comes before the artifact, as sent. */
export interface Claim {
  runId: string;
  /** The round it was made for; without it, the current one. */
  roundId: string | null;
  /** JSON text. */
  recipe: string;
  /** JSON text. */
  report: string;
}

export interface Admitted {
  runId: string;
  roundId: string | null;
  recipe: Recipe;
  report: Report;
  expected: Expected;
}

/**
 * @param at when the claim arrived
 * @throws {Refusal} 400 malformed · 409 another's run id, or no round open · 422 outside the round's limits.
 *   A run that was received before passes, whatever has happened to its round since.
 */
export async function admit(
  db: Database,
  room: SessionRoom,
  participant: Participant,
  claim: Claim,
  at: number,
): Promise<Admitted> {
  const runId = inField('runId', () => validate(RunIdSchema, claim.runId)).toLowerCase();
  const recipe = inField('recipe', () => parseRecipe(parseJson(claim.recipe)));
  const report = inField('report', () => validate(ReportSchema, parseJson(claim.report)));
  const { roundId } = claim;
  if (!(await findRun(db, participant, runId)))
    refuseOutsideRound(room.state, participant, { recipe, roundId, report }, at);
  const expected = await expectedOf(recipe);
  if (!expected)
    throw new Refusal(422, 'This server does not have the base model or the task.', 'recipe');
  return { runId, roundId, recipe, report, expected };
}

/**
 * A submission of this run, received before.
 * @throws {Refusal} 409 when it is somebody else's
 */
export async function findRun(
  db: Database,
  participant: Participant,
  runId: string,
): Promise<{ submissionId: string; contentHash: string } | null> {
  const [row] = await db
    .select({
      submissionId: submissions.id,
      participantId: submissions.participantId,
      contentHash: submissions.contentHash,
    })
    .from(submissions)
    .where(eq(submissions.runId, runId));
  if (!row) return null;
  if (row.participantId !== participant.id)
    throw new Refusal(409, 'This run id belongs to another participant.', 'runId');
  return row;
}

/**
 * @param at when the claim arrived; quota, locks and seats are those of `state`
 * @returns the round it counts for
 * @throws {Refusal} 403 · 409 · 422
 */
export function refuseOutsideRound(
  state: SessionState,
  participant: Participant,
  { recipe, roundId, report }: Pick<Admitted, 'recipe' | 'roundId' | 'report'>,
  at: number,
): Round {
  if (state.participants[participant.id]?.removedAt !== undefined)
    throw new Refusal(403, SEAT_CLOSED);
  const round = openRound(state, roundId, at);
  const [violation] = [
    ...challengeViolations(round.challenge, recipe),
    ...(round.sweep && cellOf(round.sweep, recipe) === null
      ? ["this sweep's grid has no such recipe"]
      : []),
    ...lockViolations(round.locks, recipe, report.begun ?? state.seq),
  ];
  if (violation) throw new Refusal(422, sentence(violation), 'recipe');
  const made = submissionsOf(state, round.id).filter((s) => s.participantId === participant.id);
  if (made.length >= round.challenge.submissionsPerParticipant)
    throw new Refusal(422, allUsed(round.challenge));
  return round;
}

function openRound(state: SessionState, roundId: string | null, at: number): Round {
  const round = roundId ? state.rounds.find(({ id }) => id === roundId) : state.rounds.at(-1);
  if (!round)
    throw new Refusal(
      409,
      roundId ? 'This session has no such round.' : 'No round has started yet.',
    );
  if (!takesSubmissions(round, at)) throw new Refusal(409, `Round ${round.number} has ended.`);
  return round;
}

/** @throws {Refusal} 413 */
export function refuseSize({ maxBytes }: Expected): never {
  throw new Refusal(
    413,
    `The artifact is larger than the ${maxBytes.toLocaleString('en')} bytes that this recipe can yield.`,
    'artifact',
  );
}

const RunIdSchema = v.pipe(v.string(), v.uuid('The run id must be a UUID.'));

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

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
