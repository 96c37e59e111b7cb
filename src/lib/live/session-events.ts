/** What can happen in a session, as its log holds it. The server stores an event before it tells anybody. */
import type { ActivityEvent } from './activities.ts';
import type { Door } from './door.ts';
import type { Knob, KnobLock } from './locks.ts';
import type { ProjectorView } from './projector.ts';
import type { Participant, StoredRound } from './session.ts';

export type SessionEvent =
  | ActivityEvent
  | { type: 'participant:joined'; at: number; participant: Participant }
  | { type: 'round:started'; at: number; round: StoredRound }
  | { type: 'round:ended'; at: number; roundId: string }
  /** Ends so many minutes later; a round without an end gets one, from now. */
  | { type: 'round:extended'; at: number; roundId: string; minutes: number }
  | { type: 'knob:locked'; at: number; roundId: string; lock: KnobLock }
  | { type: 'knob:unlocked'; at: number; roundId: string; knob: Knob }
  | {
      type: 'submission:received';
      at: number;
      submissionId: string;
      participantId: string;
      roundId: string;
      recipe: string;
      /** What the device reported, 0–1; null when it reported nothing. */
      reportedAccuracy: number | null;
      reportedTrainable: number | null;
      cell?: number | null;
    }
  | {
      type: 'submission:verified';
      at: number;
      submissionId: string;
      accuracy: number;
      trainable: number;
      /** Bytes of a training step, counted from the recipe; older logs have none. */
      memory?: number;
    }
  | { type: 'submission:rejected'; at: number; submissionId: string; reason: string }
  /** A technical failure: the server tries again by itself, and a verdict still follows. */
  | { type: 'submission:delayed'; at: number; submissionId: string; reason: string }
  | {
      type: 'names:changed';
      at: number;
      hidden: boolean;
      /** What a page is to call each participant from now on. Added on the way to the class, never stored. */
      names?: Record<string, string>;
    }
  | { type: 'participant:renamed'; at: number; participantId: string; nickname: string }
  | { type: 'participant:removed'; at: number; participantId: string }
  | { type: 'participant:restored'; at: number; participantId: string }
  /** Seats whose browsers never connected, all at once. */
  | { type: 'participants:removed'; at: number; participantIds: string[] }
  | { type: 'door:changed'; at: number; door: Door }
  | { type: 'class:paused'; at: number }
  | { type: 'class:resumed'; at: number }
  | { type: 'projector:shown'; at: number; view: ProjectorView | null }
  | { type: 'session:ended'; at: number };

/** An event with its place in the session's log. `seq` starts at 1 and has no gaps. */
export interface SequencedEvent {
  seq: number;
  event: SessionEvent;
}
