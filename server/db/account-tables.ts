/** Tables of accounts: who somebody is, what they have studied, and what they may read. */
import {
  customType,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import type { StudyKind } from '../../src/lib/content/study-record.ts';

export const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
/** Drizzle's own jsonb parses what the driver has parsed already: a note that says 123 would come back a number. */
const json = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => 'jsonb',
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (value) => value,
});

export type Role = 'instructor' | 'student';

export const users = pgTable('users', {
  id: text('id').primaryKey(),
  /** As typed, for display. */
  username: text('username').notNull(),
  /** Case-folded, so that Ada and ada are one account. */
  usernameKey: text('username_key').notNull().unique(),
  passwordHash: text('password_hash').notNull(),
  role: text('role').$type<Role>().notNull(),
  createdAt: moment('created_at').notNull(),
});

export const authSessions = pgTable('auth_sessions', {
  /** SHA-256 of the cookie's value: a leaked table signs nobody in. */
  id: text('id').primaryKey(),
  userId: text('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
  expiresAt: moment('expires_at').notNull(),
});

/** One-time links that make an instructor. */
export const setupTokens = pgTable('setup_tokens', {
  tokenHash: text('token_hash').primaryKey(),
  expiresAt: moment('expires_at').notNull(),
});

const userId = () =>
  text('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' });

/** One-time links that set a new password. */
export const resetTokens = pgTable(
  'reset_tokens',
  {
    tokenHash: text('token_hash').primaryKey(),
    userId: userId(),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [index('reset_tokens_user_id').on(table.userId)],
);

/** What readers leave behind in lessons: see `src/lib/content/study-record.ts`. */
export const studyRecords = pgTable(
  'study_records',
  {
    userId: userId(),
    kind: text('kind').$type<StudyKind>().notNull(),
    lesson: text('lesson').notNull(),
    section: text('section').notNull(),
    /** Null takes the record back. */
    value: json('value'),
    /** By the clock of the device that wrote it, never later than the server's when it came. */
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.kind, table.lesson, table.section] })],
);

export type PassSource = 'instructor' | 'class-code' | 'payment';

/** Half a year of reading everything. A later one begins where the one before it ends. */
export const passes = pgTable(
  'passes',
  {
    id: uuid('id').primaryKey(),
    userId: userId(),
    source: text('source').$type<PassSource>().notNull(),
    /** What it was given for (a request, a code and its account, a checkout): nothing gives two. */
    reference: text('reference').notNull(),
    grantedAt: moment('granted_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [
    unique('passes_reference').on(table.source, table.reference),
    index('passes_user_id').on(table.userId),
  ],
);

/** Codes that an instructor hands to a class. */
export const classCodes = pgTable(
  'class_codes',
  {
    id: uuid('id').primaryKey(),
    code: text('code').notNull().unique(),
    createdBy: text('created_by').references(() => users.id, { onDelete: 'set null' }),
    uses: integer('uses').notNull(),
    used: integer('used').notNull().default(0),
    createdAt: moment('created_at').notNull(),
    endsAt: moment('ends_at').notNull(),
  },
  (table) => [index('class_codes_created_by').on(table.createdBy)],
);

/** Events of Stripe that were acted on: it sends one again until it is acknowledged. */
export const stripeEvents = pgTable('stripe_events', {
  id: text('id').primaryKey(),
  type: text('type').notNull(),
  receivedAt: moment('received_at').notNull(),
});
