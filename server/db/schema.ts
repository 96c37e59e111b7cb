/**
 * Every table; those of accounts stand in a file of their own. The event log is the truth of a live session; participants, rounds, runs and submissions
 * repeat what queries need to reach without replaying, and are written in the same transaction.
 */
import {
  bigint,
  boolean,
  customType,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Recipe } from '../../src/lib/engine/formats/recipe.ts';
import type { EntryStatus } from '../../src/lib/leaderboard/rank.ts';
import type { Challenge } from '../../src/lib/live/challenge.ts';
import type { Plan } from '../../src/lib/live/plan.ts';
import type { Report } from '../../src/lib/live/protocol.ts';
import type { SessionEvent } from '../../src/lib/live/session.ts';
import { moment, users } from './account-tables.ts';

export * from './account-tables.ts';

const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });

/** What one deployment keeps for itself, such as the secret its private splits are drawn with. */
export const settings = pgTable('settings', {
  key: text('key').primaryKey(),
  value: text('value').notNull(),
});

export const liveSessions = pgTable(
  'live_sessions',
  {
    id: uuid('id').primaryKey(),
    code: text('code').notNull().unique(),
    title: text('title').notNull(),
    /** Null once the account that made it is deleted. */
    hostId: text('host_id').references(() => users.id, { onDelete: 'set null' }),
    createdAt: moment('created_at').notNull(),
    endedAt: moment('ended_at'),
    /** The host hides nicknames from the class. */
    namesHidden: boolean('names_hidden').notNull().default(false),
    /** The client's request that made it: a repeat gets the same session. */
    requestId: uuid('request_id'),
    /** Task and month of a challenge that is open to everybody, as `spam/2026-11`; null for a class. */
    openChallenge: text('open_challenge').unique(),
    /** A rehearsal may be deleted from then on, unless its server says that it goes on; null for a class. */
    rehearsalUntil: moment('rehearsal_until'),
  },
  (table) => [
    index('live_sessions_host_id').on(table.hostId),
    unique('live_sessions_request').on(table.hostId, table.requestId),
  ],
);

const sessionId = () =>
  uuid('session_id')
    .notNull()
    .references(() => liveSessions.id, { onDelete: 'cascade' });

/** Accounts that help to host a session, its owner apart. */
export const sessionHosts = pgTable(
  'session_hosts',
  {
    sessionId: sessionId(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    addedAt: moment('added_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.userId] }),
    index('session_hosts_user_id').on(table.userId),
  ],
);

/** One-time links that make a co-host. */
export const hostInvitations = pgTable('host_invitations', {
  tokenHash: text('token_hash').primaryKey(),
  sessionId: sessionId(),
  /** The host who made it: an unused one goes when they do. */
  invitedBy: text('invited_by')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
  /** The co-host it made; null while it is unused. */
  usedBy: text('used_by').references(() => users.id, { onDelete: 'cascade' }),
  expiresAt: moment('expires_at').notNull(),
});

/** Session plans kept for the next class. */
export const sessionPlans = pgTable(
  'session_plans',
  {
    id: uuid('id').primaryKey(),
    ownerId: text('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    title: text('title').notNull(),
    plan: jsonb('plan').$type<Plan>().notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [index('session_plans_owner_id').on(table.ownerId)],
);

export const sessionEvents = pgTable(
  'session_events',
  {
    sessionId: sessionId(),
    /** From 1, without gaps. */
    seq: integer('seq').notNull(),
    event: jsonb('event').$type<SessionEvent>().notNull(),
    /** The client's request that caused it; a repeat is answered from here. */
    requestId: uuid('request_id'),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.seq] }),
    unique('session_events_request').on(table.sessionId, table.requestId),
  ],
);

export const participants = pgTable(
  'participants',
  {
    id: uuid('id').primaryKey(),
    sessionId: sessionId(),
    /** The account of a signed-in participant; guests have none. */
    userId: text('user_id').references(() => users.id, { onDelete: 'set null' }),
    nickname: text('nickname').notNull(),
    nicknameKey: text('nickname_key').notNull(),
    /** SHA-256 of the seat cookie. */
    seatHash: text('seat_hash').notNull().unique(),
    seatExpiresAt: moment('seat_expires_at').notNull(),
    joinedAt: moment('joined_at').notNull(),
    /** When its browser first opened a socket; null for one that never has. */
    connectedAt: moment('connected_at'),
    /** Since when the host has closed the seat; null for an open one. */
    removedAt: moment('removed_at'),
  },
  (table) => [
    unique('participants_nickname').on(table.sessionId, table.nicknameKey),
    index('participants_user_id').on(table.userId),
  ],
);

const participantId = () =>
  uuid('participant_id')
    .notNull()
    .references(() => participants.id, { onDelete: 'cascade' });

export const rounds = pgTable(
  'rounds',
  {
    id: uuid('id').primaryKey(),
    sessionId: sessionId(),
    /** 1-based. */
    number: integer('number').notNull(),
    challenge: jsonb('challenge').$type<Challenge>().notNull(),
    startedAt: moment('started_at').notNull(),
    endedAt: moment('ended_at'),
  },
  (table) => [unique('rounds_number').on(table.sessionId, table.number)],
);

const roundId = () =>
  uuid('round_id')
    .notNull()
    .references(() => rounds.id, { onDelete: 'cascade' });

/** A run as its device reported it. */
export const runs = pgTable('runs', {
  /** Made by the client. */
  id: uuid('id').primaryKey(),
  participantId: participantId(),
  roundId: roundId(),
  recipe: jsonb('recipe').$type<Recipe>().notNull(),
  report: jsonb('report').$type<Report>().notNull(),
  createdAt: moment('created_at').notNull(),
});

export const submissions = pgTable(
  'submissions',
  {
    id: uuid('id').primaryKey(),
    runId: uuid('run_id')
      .notNull()
      .unique()
      .references(() => runs.id, { onDelete: 'cascade' }),
    sessionId: sessionId(),
    roundId: roundId(),
    participantId: participantId(),
    task: text('task').notNull(),
    /** For people, for example `LoRA r=8 · int4`. */
    recipeLabel: text('recipe_label').notNull(),
    /** SHA-256 over recipe and artifact: tells a repeated upload from a different one. */
    contentHash: text('content_hash').notNull(),
    status: text('status').$type<EntryStatus>().notNull(),
    /** The server's figures once verified, null before. */
    accuracy: doublePrecision('accuracy'),
    trainable: bigint('trainable', { mode: 'number' }),
    reason: text('reason'),
    submittedAt: moment('submitted_at').notNull(),
  },
  (table) => [
    index('submissions_task_status').on(table.task, table.status),
    index('submissions_session_id').on(table.sessionId),
  ],
);

/** Apart from submissions, so that reading those stays small. */
export const artifacts = pgTable('artifacts', {
  submissionId: uuid('submission_id')
    .primaryKey()
    .references(() => submissions.id, { onDelete: 'cascade' }),
  bytes: bytea('bytes').notNull(),
});

/** The verification queue, and what came out of it. */
export const verifications = pgTable(
  'verifications',
  {
    submissionId: uuid('submission_id')
      .primaryKey()
      .references(() => submissions.id, { onDelete: 'cascade' }),
    state: text('state').$type<'queued' | 'running' | 'done'>().notNull(),
    /** Evaluations begun. Also tells one lease from the next. */
    attempts: integer('attempts').notNull().default(0),
    /** A running row past this time belongs to a verifier that died. */
    leasedUntil: moment('leased_until'),
    /** After a technical failure: not leased before this time. Null when none has happened. */
    notBefore: moment('not_before'),
    /** Reported accuracy: the most promising goes first. It never reaches a ranking. */
    priority: doublePrecision('priority').notNull(),
    queuedAt: moment('queued_at').notNull(),
    finishedAt: moment('finished_at'),
    /** Mean cross-entropy on the live-test split, in nats. */
    loss: doublePrecision('loss'),
    artifactBytes: integer('artifact_bytes'),
    examples: integer('examples'),
    /** The last technical failure, for the operator. */
    failure: text('failure'),
  },
  (table) => [index('verifications_queue').on(table.state, table.priority, table.queuedAt)],
);
