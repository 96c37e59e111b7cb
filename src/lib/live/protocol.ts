/**
 * The live protocol, version 3: every message between a screen and the server, in one file.
 *
 * socket.io carries it. The server validates each client message with the schema beside it and answers
 * through the acknowledgement; nothing inside the server checks again. Artifacts never travel here:
 * they are uploaded by HTTP (`PUT /api/sessions/[code]/submissions/[runId]`).
 */
import * as v from 'valibot';
import { ChallengeSchema } from './challenge.ts';
import { KnobLockSchema, KNOBS } from './locks.ts';
import { MAX_ROUND_MINUTES } from './round-time.ts';
import type { RankedEntry } from '../leaderboard/rank.ts';
import type { Participant, Round, SequencedEvent, SessionState } from './session.ts';

export const PROTOCOL_VERSION = 3;

/** Joining characters: no 0/O, 1/I/L, so a code can be read from the back row. */
export const CODE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
export const CODE_LENGTH = 6;
export const CodeSchema = v.pipe(
  v.string(),
  v.trim(),
  v.toUpperCase(),
  v.regex(
    new RegExp(`^[${CODE_ALPHABET}]{${CODE_LENGTH}}$`),
    'A join code has six letters and digits.',
  ),
);

export const NicknameSchema = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, 'Choose a nickname.'),
  v.maxLength(24, 'A nickname has at most 24 characters.'),
  v.regex(/^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._'’-]*$/u, 'Use letters, digits, spaces and . _ - only.'),
);

/** A client-made UUID: sending the same one twice does the thing once. */
export const RequestIdSchema = v.pipe(v.string(), v.uuid('requestId must be a UUID'));

/** What a screen says when it connects (socket.io `auth`). Who it is comes from its cookies. */
export const HelloSchema = v.object({
  protocol: v.number(),
  code: CodeSchema,
  role: v.picklist(['participant', 'host', 'screen']),
  /** Last event this screen has applied; the server answers with the rest, or a snapshot. */
  lastSeq: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
});
export type Hello = v.InferInput<typeof HelloSchema>;

/** Reasons for which a connection is refused, sent as `connect_error.message`. */
export type RefusalReason =
  | 'client-too-old'
  | 'server-too-old'
  | 'unknown-session'
  | 'not-a-participant'
  | 'not-the-host'
  /** The host has closed the participant's seat. */
  | 'seat-closed'
  | 'malformed';

export const RoundStartSchema = v.strictObject({
  requestId: RequestIdSchema,
  challenge: ChallengeSchema,
  /** After which the server ends the round; null for when the host does. */
  minutes: v.optional(
    v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_ROUND_MINUTES))),
    null,
  ),
});
export const RoundExtendSchema = v.strictObject({
  requestId: RequestIdSchema,
  minutes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(60)),
});
export const KnobLockMessageSchema = v.strictObject({
  requestId: RequestIdSchema,
  lock: KnobLockSchema,
});
export const KnobUnlockSchema = v.strictObject({
  requestId: RequestIdSchema,
  knob: v.picklist(KNOBS),
});
export const RoundEndSchema = v.strictObject({ requestId: RequestIdSchema });
export const SessionEndSchema = v.strictObject({ requestId: RequestIdSchema });
export const NamesSchema = v.strictObject({ requestId: RequestIdSchema, hidden: v.boolean() });
export const RenameSchema = v.strictObject({
  requestId: RequestIdSchema,
  participantId: v.pipe(v.string(), v.uuid()),
  nickname: NicknameSchema,
});
/** Closes a seat, or opens it again. */
export const SeatSchema = v.strictObject({
  requestId: RequestIdSchema,
  participantId: v.pipe(v.string(), v.uuid()),
});
export const ClassPauseSchema = v.strictObject({ requestId: RequestIdSchema });
export const ClassResumeSchema = v.strictObject({ requestId: RequestIdSchema });

/** Telemetry: volatile, at most two a second from one participant, never stored. */
export const ProgressSchema = v.strictObject({
  runId: v.pipe(v.string(), v.uuid()),
  step: v.pipe(v.number(), v.integer(), v.minValue(0)),
  steps: v.pipe(v.number(), v.integer(), v.minValue(1)),
  loss: v.nullable(v.pipe(v.number(), v.finite())),
  accuracy: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  tokensPerSecond: v.pipe(v.number(), v.minValue(0)),
  backend: v.picklist(['webgpu', 'wasm']),
  state: v.picklist(['running', 'finished', 'stopped', 'failed']),
});
export type Progress = v.InferOutput<typeof ProgressSchema>;

/** What a device says of itself before its first run; sent on every connection, never stored. */
export const PreflightSchema = v.strictObject({
  backend: v.picklist(['webgpu', 'wasm']),
  threads: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024)),
  /** From a few timed steps of the default recipe; null when a run came before them. */
  secondsPerStep: v.nullable(v.pipe(v.number(), v.finite(), v.minValue(0))),
});
export type Preflight = v.InferOutput<typeof PreflightSchema>;

/** Form fields beside the artifact in a submission upload, as JSON in the part `report`. */
export const ReportSchema = v.strictObject({
  /** Validation accuracy on the device, 0–1. Shown as provisional, never ranked above a verified one. */
  accuracy: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  trainingSeconds: v.nullable(v.pipe(v.number(), v.minValue(0))),
  backend: v.picklist(['webgpu', 'wasm', 'node']),
  /** Last event that the page had when the run began; without it, the run counts as begun when it arrives. */
  begun: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
});
export type Report = v.InferOutput<typeof ReportSchema>;

export type Ack<T = undefined> =
  | { ok: true; value: T }
  /** `field` is the dotted path of the offending field where there is one. */
  | { ok: false; error: string; field?: string };

export interface ClientToServer {
  'round:start': (
    message: v.InferInput<typeof RoundStartSchema>,
    ack: (answer: Ack<Round>) => void,
  ) => void;
  'round:extend': (
    message: v.InferInput<typeof RoundExtendSchema>,
    ack: (answer: Ack) => void,
  ) => void;
  'knob:lock': (
    message: v.InferInput<typeof KnobLockMessageSchema>,
    ack: (answer: Ack) => void,
  ) => void;
  'knob:unlock': (
    message: v.InferInput<typeof KnobUnlockSchema>,
    ack: (answer: Ack) => void,
  ) => void;
  'round:end': (message: v.InferInput<typeof RoundEndSchema>, ack: (answer: Ack) => void) => void;
  'session:end': (
    message: v.InferInput<typeof SessionEndSchema>,
    ack: (answer: Ack) => void,
  ) => void;
  'names:change': (message: v.InferInput<typeof NamesSchema>, ack: (answer: Ack) => void) => void;
  'participant:rename': (
    message: v.InferInput<typeof RenameSchema>,
    ack: (answer: Ack) => void,
  ) => void;
  'participant:remove': (
    message: v.InferInput<typeof SeatSchema>,
    ack: (answer: Ack) => void,
  ) => void;
  'participant:restore': (
    message: v.InferInput<typeof SeatSchema>,
    ack: (answer: Ack) => void,
  ) => void;
  'class:pause': (
    message: v.InferInput<typeof ClassPauseSchema>,
    ack: (answer: Ack) => void,
  ) => void;
  'class:resume': (
    message: v.InferInput<typeof ClassResumeSchema>,
    ack: (answer: Ack) => void,
  ) => void;
  'run:progress': (message: Progress) => void;
  'device:preflight': (message: Preflight) => void;
}

/** What one screen receives. Every screen gets the whole state, since all show one board, with pseudonyms for the class while names are hidden; telemetry goes to hosts and screens only. */
export interface ServerToClient {
  /** The server's clock, in ms since the epoch: on each connection, before anything else. */
  'session:clock': (now: number) => void;
  /** Full state: on connection, and when the client's `lastSeq` is too far behind. */
  'session:snapshot': (state: SessionState, you: You) => void;
  /** Events since the last one sent, in order. */
  'session:events': (events: SequencedEvent[]) => void;
  /** Latest telemetry by participant id, at most 4 times a second; hosts and screens only. */
  'class:progress': (progress: Record<string, Progress>) => void;
  /** Latest preflight by participant id; hosts and screens only, coalesced. */
  'class:preflight': (preflight: Record<string, Preflight>) => void;
  /** Participant ids with an open connection; hosts and screens only, coalesced. */
  'class:present': (participantIds: string[]) => void;
}

export type You =
  { role: 'participant'; participant: Participant } | { role: 'host' } | { role: 'screen' };

/** Answer of the submission upload: 201 when new, 200 when this run id was already received with the same bytes. */
export interface SubmissionReceipt {
  submissionId: string;
  status: 'provisional' | 'verified' | 'rejected';
  /** Submissions ahead of this one in the verification queue. */
  ahead: number;
  /** Present after a technical failure of the server: the submission stays provisional and is tried again. */
  delayed?: true;
}

/** `GET /api/sessions/[code]/leaderboard.json`. */
export interface LeaderboardDocument {
  session: string;
  round: number | null;
  rows: RankedEntry[];
}
