/** Every command that a page gives: its message, who may give it, what it does. The hub answers them all alike. */
import type * as v from 'valibot';
import {
  ActivityGoSchema,
  AnswerSchema,
  CellTakeSchema,
  ClassPauseSchema,
  ClassResumeSchema,
  DoorSchema,
  HandSchema,
  HostInviteSchema,
  HostSchema,
  KnobLockMessageSchema,
  KnobUnlockSchema,
  NamesSchema,
  PacingSchema,
  PlanChangeSchema,
  ProjectorShowSchema,
  RecipeSendSchema,
  RenameSchema,
  RevealSchema,
  RoundEndSchema,
  RoundExtendSchema,
  RoundStartSchema,
  SeatSchema,
  SeatsSweepSchema,
  SessionEndSchema,
  SharingSchema,
  SpotlightSchema,
  SweepStartSchema,
  type HostName,
  type HostToServer,
  type LeadToServer,
  type StudentToServer,
} from '../../src/lib/live/protocol.ts';
import { challengeOf } from '../../src/lib/live/sweep.ts';
import type { Arrivals } from './arrivals.ts';
import { extendRound, lockKnob, pauseClass, resumeClass, unlockKnob } from './class-commands.ts';
import { block, changeDoor, sweep } from './door-commands.ts';
import { endRound, endSession, startRound } from './host-commands.ts';
import { passLead, removeHost, type Hosts } from './hosts.ts';
import type { Offers } from './offers.ts';
import {
  changePacing,
  changePlan,
  goToActivity,
  revealAnswers,
  sendRecipe,
  showRun,
} from './plan-commands.ts';
import { showOnProjector } from './projector-commands.ts';
import { changeNames, lowerHand, remove, rename, restore } from './seat-commands.ts';
import type { SessionRoom } from './session-room.ts';
import { changeHand, changeSharing, giveAnswer, takeCell } from './student-commands.ts';

export interface HostContext {
  room: SessionRoom;
  /** Who asks. */
  host: HostName;
  hosts: Hosts;
  offers: Offers;
  arrivals: Arrivals;
  now: () => number;
}

export interface StudentContext {
  room: SessionRoom;
  /** Who asks. */
  id: string;
  /** Participants with an open page. */
  present: () => ReadonlySet<string>;
  now: () => number;
}

export interface Command<Context> {
  schema: v.GenericSchema;
  /** @param message as the schema leaves it */
  act: (context: Context, message: unknown) => Promise<unknown>;
}
export type HostCommand = Command<HostContext>;

/** Ties an action to the message that its schema makes; the table then holds both without that type. */
function command<Context, S extends v.GenericSchema>(
  schema: S,
  act: (context: Context, message: v.InferOutput<S>) => Promise<unknown>,
): Command<Context> {
  return { schema, act };
}

/** Given by whoever leads: two people who start and end things at once would be at odds. */
export const LEAD_COMMANDS: Record<keyof LeadToServer, HostCommand> = {
  'round:start': command(RoundStartSchema, ({ room, now }, m) => startRound(room, m, now)),
  'sweep:start': command(SweepStartSchema, ({ room, now }, m) =>
    startRound(room, { ...m, challenge: challengeOf(m.sweep) }, now),
  ),
  'round:end': command(RoundEndSchema, ({ room, now }, m) => endRound(room, m, now)),
  'round:extend': command(RoundExtendSchema, ({ room, now }, m) => extendRound(room, m, now)),
  'session:end': command(SessionEndSchema, ({ room, now }, m) => endSession(room, m, now)),
  'knob:lock': command(KnobLockMessageSchema, ({ room, now }, m) => lockKnob(room, m, now)),
  'knob:unlock': command(KnobUnlockSchema, ({ room, now }, m) => unlockKnob(room, m, now)),
  'class:pause': command(ClassPauseSchema, ({ room, now }, m) => pauseClass(room, m, now)),
  'class:resume': command(ClassResumeSchema, ({ room, now }, m) => resumeClass(room, m, now)),
  'plan:change': command(PlanChangeSchema, ({ room, now }, m) => changePlan(room, m, now)),
  'activity:go': command(ActivityGoSchema, ({ room, now }, m) => goToActivity(room, m, now)),
  'pacing:change': command(PacingSchema, ({ room, now }, m) => changePacing(room, m, now)),
  'answers:reveal': command(RevealSchema, ({ room, now }, m) => revealAnswers(room, m, now)),
  'recipe:send': command(RecipeSendSchema, ({ room, now }, m) => sendRecipe(room, m, now)),
  'spotlight:show': command(SpotlightSchema, ({ room, offers, now }, m) =>
    showRun(room, m, m.participantId === null ? null : offers.of(m.participantId), now),
  ),
  'projector:show': command(ProjectorShowSchema, ({ room, now }, m) =>
    showOnProjector(room, m, now),
  ),
};

/** Given by any host. */
export const HOST_COMMANDS: Record<keyof HostToServer, HostCommand> = {
  'names:change': command(NamesSchema, ({ room, now }, m) => changeNames(room, m, now)),
  'participant:rename': command(RenameSchema, ({ room, now }, m) => rename(room, m, now)),
  'participant:remove': command(SeatSchema, ({ room, now }, m) => remove(room, m, now)),
  'participant:restore': command(SeatSchema, ({ room, now }, m) => restore(room, m, now)),
  'participant:block': command(SeatSchema, ({ room, now }, m) => block(room, m, now)),
  'participants:sweep': command(SeatsSweepSchema, ({ room, arrivals, now }, m) =>
    sweep(room, m, now, arrivals),
  ),
  'door:change': command(DoorSchema, ({ room, now }, m) => changeDoor(room, m, now)),
  'hand:lower': command(SeatSchema, ({ room, now }, m) => lowerHand(room, m, now)),
  'host:invite': command(HostInviteSchema, ({ room, host, hosts }, m) =>
    hosts.invite(room, m.requestId, host.id),
  ),
  'host:remove': command(HostSchema, ({ room, host, now }, m) => removeHost(room, m, host.id, now)),
  'lead:pass': command(HostSchema, ({ room, now }, m) => passLead(room, m, now)),
};

/** Given by a student's page, and stored. */
export const STUDENT_COMMANDS: Record<
  Exclude<keyof StudentToServer, 'run:progress' | 'run:offer' | 'device:preflight'>,
  Command<StudentContext>
> = {
  'answer:give': command(AnswerSchema, ({ room, id, now }, m) => giveAnswer(room, id, m, now)),
  'sharing:change': command(SharingSchema, ({ room, id, now }, m) =>
    changeSharing(room, id, m, now),
  ),
  'hand:change': command(HandSchema, ({ room, id, now }, m) => changeHand(room, id, m, now)),
  'cell:take': command(CellTakeSchema, ({ room, id, present, now }, m) =>
    takeCell(room, id, m, present(), now),
  ),
};
