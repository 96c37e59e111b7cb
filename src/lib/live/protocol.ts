/**
 * The live protocol, version 5: every message between a screen and the server, in one file.
 *
 * socket.io carries it. The server validates each client message with the schema beside it and answers
 * through the acknowledgement; nothing inside the server checks again. Artifacts never travel here:
 * they are uploaded by HTTP (`PUT /api/sessions/[code]/submissions/[runId]`).
 */
import * as v from 'valibot';
import { METHOD_KINDS } from '../engine/formats/method.ts';
import { QUANTISATIONS, RecipeSchema } from '../engine/formats/recipe.ts';
import { DIAGNOSES } from '../lab/diagnosis.ts';
import { ChallengeSchema } from './challenge.ts';
import type { Changes, PresenceChange } from './class-changes.ts';
import type { Sign } from './door.ts';
import { KnobLockSchema, KNOBS } from './locks.ts';
import { MinutesSchema, PlanSchema } from './plan.ts';
import { MAX_NICKNAME, NICKNAME, tidyNickname } from './nickname.ts';
import { ProjectorViewSchema } from './projector.ts';
import { SweepSchema } from './sweep.ts';
import type { RankedEntry } from '../leaderboard/rank.ts';
import type { Participant, Round, SequencedEvent, SessionState } from './session.ts';

export const PROTOCOL_VERSION = 5;

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
  v.transform(tidyNickname),
  v.minLength(1, 'Choose a nickname.'),
  v.maxLength(MAX_NICKNAME, `A nickname has at most ${MAX_NICKNAME} characters.`),
  v.regex(NICKNAME, 'Use letters, digits, spaces and . _ - only.'),
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

const ActivityIdSchema = v.pipe(v.string(), v.uuid());

export const RoundStartSchema = v.strictObject({
  requestId: RequestIdSchema,
  challenge: ChallengeSchema,
  minutes: v.optional(MinutesSchema, null),
  /** The activity of the plan that it is of. */
  activityId: v.optional(v.nullable(ActivityIdSchema), null),
});
export const SweepStartSchema = v.strictObject({
  requestId: RequestIdSchema,
  sweep: SweepSchema,
  minutes: v.optional(MinutesSchema, null),
  activityId: v.optional(v.nullable(ActivityIdSchema), null),
});
/** The whole plan, as it is to be. */
export const PlanChangeSchema = v.strictObject({
  requestId: RequestIdSchema,
  plan: PlanSchema,
  /** `planSeq` of the plan that was edited: one saved since then is not lost. */
  basedOn: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
/** Moves the class. A round that is running ends. */
export const ActivityGoSchema = v.strictObject({
  requestId: RequestIdSchema,
  activityId: ActivityIdSchema,
});
/** Lets students go by themselves between two activities; null for following the host. */
export const PacingSchema = v.strictObject({
  requestId: RequestIdSchema,
  roam: v.nullable(v.strictObject({ first: ActivityIdSchema, last: ActivityIdSchema })),
});
export const RevealSchema = v.strictObject({
  requestId: RequestIdSchema,
  activityId: ActivityIdSchema,
});
/** Puts a recipe before everybody; null takes it away. */
export const RecipeSendSchema = v.strictObject({
  requestId: RequestIdSchema,
  recipe: v.nullable(RecipeSchema),
});
/** Shows a student's last shared run to everybody; null ends it. */
export const SpotlightSchema = v.strictObject({
  requestId: RequestIdSchema,
  participantId: v.nullable(v.pipe(v.string(), v.uuid())),
});
export const HostInviteSchema = v.strictObject({ requestId: RequestIdSchema });
/** An account that helps to host, or the owner's. */
export const HostSchema = v.strictObject({
  requestId: RequestIdSchema,
  hostId: v.pipe(v.string(), v.minLength(1), v.maxLength(80)),
});
export const AnswerSchema = v.strictObject({
  requestId: RequestIdSchema,
  activityId: ActivityIdSchema,
  /** Index of a poll's option, or a predicted number. */
  answer: v.pipe(v.number(), v.finite()),
  /** `askedSince` of the question that was read; 0 where it has none. One changed since then is not answered. */
  asked: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
export const SharingSchema = v.strictObject({ requestId: RequestIdSchema, shares: v.boolean() });
export const HandSchema = v.strictObject({ requestId: RequestIdSchema, up: v.boolean() });
export const CellTakeSchema = v.strictObject({ requestId: RequestIdSchema });

/** A finished run of a student who shares: said again on every connection, never stored. */
export const OfferSchema = v.strictObject({
  runId: v.pipe(v.string(), v.uuid()),
  recipe: RecipeSchema,
  /** On the device's validation split, 0–1. */
  accuracy: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
});
export type Offer = v.InferOutput<typeof OfferSchema>;

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
export const DoorSchema = v.strictObject({ requestId: RequestIdSchema, guarded: v.boolean() });
/** Closes every seat whose browser never connected. */
export const SeatsSweepSchema = v.strictObject({ requestId: RequestIdSchema });
export const ClassPauseSchema = v.strictObject({ requestId: RequestIdSchema });
export const ClassResumeSchema = v.strictObject({ requestId: RequestIdSchema });
/** Puts something in the board's place on the projector; null takes it away. */
export const ProjectorShowSchema = v.strictObject({
  requestId: RequestIdSchema,
  view: v.nullable(ProjectorViewSchema),
});

const CountSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What a class needs to know of a run's recipe; its numbers are counted, not measured. */
export const RecipeSummarySchema = v.strictObject({
  method: v.picklist(METHOD_KINDS),
  /** LoRA's; null for the other methods. */
  rank: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))),
  quantisation: v.picklist(QUANTISATIONS),
  /** Trained parameters, the head included. */
  trainable: CountSchema,
  /** Bytes of a training step. */
  memory: CountSchema,
});
export type RecipeSummary = v.InferOutput<typeof RecipeSummarySchema>;

/** Telemetry: volatile, at most two a second from one participant, never stored. */
export const ProgressSchema = v.strictObject({
  runId: v.pipe(v.string(), v.uuid()),
  step: CountSchema,
  steps: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Of the last step's batch, in nats. */
  loss: v.nullable(v.pipe(v.number(), v.finite())),
  /** Of the last validation, 0–1. */
  accuracy: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  /** Of the same validation, in nats. */
  validationLoss: v.nullable(v.pipe(v.number(), v.finite())),
  /** The step after which it was made. */
  validatedAt: v.nullable(CountSchema),
  tokensPerSecond: v.pipe(v.number(), v.minValue(0)),
  backend: v.picklist(['webgpu', 'wasm']),
  state: v.picklist(['running', 'finished', 'stopped', 'failed']),
  /** What the device makes of its own run. */
  diagnosis: v.nullable(v.picklist(DIAGNOSES)),
  recipe: RecipeSummarySchema,
});
export type Progress = v.InferOutput<typeof ProgressSchema>;

/** What a device says of itself before its first run; sent on every connection, never stored. */
export const PreflightSchema = v.strictObject({
  backend: v.picklist(['webgpu', 'wasm']),
  threads: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024)),
  /** From a few timed steps of the default recipe; null when a run came before them. */
  secondsPerStep: v.nullable(v.pipe(v.number(), v.finite(), v.minValue(0))),
  /** Of a simulated student: no recorded run is what the class is asked for. */
  withoutRecording: v.optional(v.boolean()),
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

/** A command: its message, and what its acknowledgement carries. */
type Command<S extends v.GenericSchema, T = undefined> = (
  message: v.InferInput<S>,
  ack: (answer: Ack<T>) => void,
) => void;

/** Commands of whoever leads the class. */
export interface LeadToServer {
  'round:start': Command<typeof RoundStartSchema, Round>;
  'sweep:start': Command<typeof SweepStartSchema, Round>;
  'round:extend': Command<typeof RoundExtendSchema>;
  'round:end': Command<typeof RoundEndSchema>;
  'session:end': Command<typeof SessionEndSchema>;
  'knob:lock': Command<typeof KnobLockMessageSchema>;
  'knob:unlock': Command<typeof KnobUnlockSchema>;
  'class:pause': Command<typeof ClassPauseSchema>;
  'class:resume': Command<typeof ClassResumeSchema>;
  'plan:change': Command<typeof PlanChangeSchema>;
  'activity:go': Command<typeof ActivityGoSchema>;
  'pacing:change': Command<typeof PacingSchema>;
  'answers:reveal': Command<typeof RevealSchema>;
  'recipe:send': Command<typeof RecipeSendSchema>;
  'spotlight:show': Command<typeof SpotlightSchema>;
  'projector:show': Command<typeof ProjectorShowSchema>;
}

/** Commands of every host: what two people may do at once without being at odds. */
export interface HostToServer {
  'names:change': Command<typeof NamesSchema>;
  'participant:rename': Command<typeof RenameSchema>;
  'participant:remove': Command<typeof SeatSchema>;
  'participant:restore': Command<typeof SeatSchema>;
  'participant:block': Command<typeof SeatSchema>;
  /** Answers with how many seats were closed. */
  'participants:sweep': Command<typeof SeatsSweepSchema, number>;
  'door:change': Command<typeof DoorSchema>;
  'hand:lower': Command<typeof SeatSchema>;
  /** Answers with the path of a link that makes whoever opens it a co-host. */
  'host:invite': Command<typeof HostInviteSchema, string>;
  'host:remove': Command<typeof HostSchema>;
  /** Passes the lead to a host, or takes it. */
  'lead:pass': Command<typeof HostSchema>;
}

export interface StudentToServer {
  'answer:give': Command<typeof AnswerSchema>;
  'sharing:change': Command<typeof SharingSchema>;
  'hand:change': Command<typeof HandSchema>;
  /** Asks for the next cell of the sweep. */
  'cell:take': Command<typeof CellTakeSchema>;
  'run:progress': (message: Progress) => void;
  'run:offer': (message: Offer) => void;
  'device:preflight': (message: Preflight) => void;
}

export type ClientToServer = LeadToServer & HostToServer & StudentToServer;

/** What one screen receives. Every screen gets the whole state, since all show one board, with pseudonyms for the class while names are hidden; telemetry goes to hosts and screens only. */
export interface ServerToClient {
  /** The server's clock, in ms since the epoch: on each connection, before anything else. */
  'session:clock': (now: number) => void;
  /** Full state: on connection, and when the client's `lastSeq` is too far behind. */
  'session:snapshot': (state: SessionState, you: You) => void;
  /** Events since the last one sent, in order. */
  'session:events': (events: SequencedEvent[]) => void;
  /**
   * Telemetry by participant id, for hosts and screens only: everything on connection, then what has changed, at most
   * 4 times a second. Of a run that is known only the fields that have changed are sent.
   */
  'class:progress': (changes: Changes<Partial<Progress>>) => void;
  'class:preflight': (changes: Changes<Preflight>) => void;
  /** Whose page has an open connection. */
  'class:present': (change: PresenceChange) => void;
  /** What a guarded door asks for now; hosts and screens only. */
  'door:sign': (sign: Sign) => void;
  /** Latest run of each student who shares; hosts only. */
  'class:offers': (offers: Record<string, Offer>) => void;
}

export interface HostName {
  /** Of the account. */
  id: string;
  name: string;
}

export type You =
  | { role: 'participant'; participant: Participant }
  | { role: 'host'; host: HostName; owner: HostName }
  | { role: 'screen' };

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
  /** Present where its students are simulated. */
  rehearsal?: true;
  round: number | null;
  rows: RankedEntry[];
}
