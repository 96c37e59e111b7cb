/** The part of a session's reducer that walks through a plan: activities, answers, sharing, hands and hosts. Pure. */
import type { Recipe } from '../engine/formats/recipe.ts';
import {
  askedAnew,
  isQuestion,
  withoutTruth,
  type Activity,
  type Plan,
  type Question,
} from './plan.ts';
import { seated } from './seated.ts';
import type { SessionState } from './session.ts';

/** Activities between which students may go by themselves, in the plan's order. */
export interface Roam {
  first: string;
  last: string;
}

/** A recipe that the host put before everybody. */
export interface SentRecipe {
  id: string;
  recipe: Recipe;
}

/** A student's run that the host shows to everybody, with that student's consent. */
export interface Spotlight extends SentRecipe {
  participantId: string;
  /** On the device's validation split, 0–1. */
  accuracy: number | null;
}

export interface CoHost {
  id: string;
  name: string;
}

/** What a plan adds to a session's state. */
export interface ActivityState {
  plan: Plan;
  /** Number of the event that changed it last; 0 for none. */
  planSeq: number;
  /** Where the class is; null before the host has moved to an activity. */
  activityId: string | null;
  /** Null while everybody follows the host. */
  roam: Roam | null;
  /** By activity and participant. A page of the class has null for what others answered. */
  answers: Record<string, Record<string, number | null>>;
  /** Number of the event since which a question asks what it asks, where that was changed: earlier answers are none. */
  askedSince: Record<string, number>;
  /** Answers of each question whose answers the host has shown, without names. */
  revealed: Record<string, number[]>;
  sent: SentRecipe | null;
  spotlight: Spotlight | null;
  /** Since when each raised hand is up, by participant. */
  hands: Record<string, number>;
  /** Co-hosts by account; the owner is not among them. */
  hosts: Record<string, CoHost>;
  /** The account that leads; null for the owner's. */
  leadId: string | null;
}

export const NO_ACTIVITIES: ActivityState = {
  plan: [],
  planSeq: 0,
  activityId: null,
  roam: null,
  answers: {},
  askedSince: {},
  revealed: {},
  sent: null,
  spotlight: null,
  hands: {},
  hosts: {},
  leadId: null,
};

export type ActivityEvent =
  | { type: 'plan:changed'; at: number; plan: Plan }
  | { type: 'activity:moved'; at: number; activityId: string }
  | { type: 'pacing:changed'; at: number; roam: Roam | null }
  | {
      type: 'answer:given';
      at: number;
      activityId: string;
      participantId: string;
      /** Null on the way to the class: that somebody answered is everybody's to know, what is not. */
      answer: number | null;
    }
  | {
      type: 'answers:revealed';
      at: number;
      activityId: string;
      /** Added on the way to the class, never stored: the answers without names, and the activity with its truth. */
      given?: number[];
      activity?: Activity;
    }
  | { type: 'recipe:sent'; at: number; sent: SentRecipe | null }
  | { type: 'sharing:changed'; at: number; participantId: string; shares: boolean }
  | { type: 'run:spotlit'; at: number; spotlight: Spotlight | null }
  | { type: 'hand:raised'; at: number; participantId: string }
  | { type: 'hand:lowered'; at: number; participantId: string }
  | { type: 'cell:dealt'; at: number; roundId: string; participantId: string; cell: number }
  | { type: 'host:added'; at: number; host: CoHost }
  | { type: 'host:removed'; at: number; hostId: string }
  | { type: 'lead:passed'; at: number; hostId: string };

const TYPES: ReadonlySet<string> = new Set<ActivityEvent['type']>([
  'plan:changed',
  'activity:moved',
  'pacing:changed',
  'answer:given',
  'answers:revealed',
  'recipe:sent',
  'sharing:changed',
  'run:spotlit',
  'hand:raised',
  'hand:lowered',
  'cell:dealt',
  'host:added',
  'host:removed',
  'lead:passed',
]);

export function isActivityEvent<E extends { type: string }>(
  event: E,
): event is Extract<E, ActivityEvent> {
  return TYPES.has(event.type);
}

/** @param seq the event's number */
export function reduceActivity(
  state: SessionState,
  event: ActivityEvent,
  seq: number,
): SessionState {
  switch (event.type) {
    case 'plan:changed':
      return withPlan(state, event.plan, seq);
    case 'activity:moved':
      return { ...state, activityId: event.activityId, spotlight: null };
    case 'pacing:changed':
      return { ...state, roam: event.roam };
    case 'answer:given': {
      const { activityId, participantId, answer } = event;
      const given = { ...state.answers[activityId], [participantId]: answer };
      return { ...state, answers: { ...state.answers, [activityId]: given } };
    }
    case 'answers:revealed': {
      const { activityId, given = answersOf(state, activityId), activity } = event;
      return {
        ...state,
        revealed: { ...state.revealed, [activityId]: given },
        plan: activity
          ? state.plan.map((one) => (one.id === activityId ? activity : one))
          : state.plan,
      };
    }
    case 'recipe:sent':
      return { ...state, sent: event.sent };
    case 'sharing:changed':
      return withSharing(state, event.participantId, event.shares);
    case 'run:spotlit':
      return { ...state, spotlight: event.spotlight };
    case 'hand:raised':
      return { ...state, hands: { ...state.hands, [event.participantId]: event.at } };
    case 'hand:lowered':
      return { ...state, hands: without(state.hands, event.participantId) };
    case 'cell:dealt': {
      const { roundId, participantId, cell } = event;
      const rounds = state.rounds.map((round) =>
        round.id === roundId
          ? { ...round, dealt: { ...round.dealt, [participantId]: cell } }
          : round,
      );
      return { ...state, rounds };
    }
    case 'host:added':
      return { ...state, hosts: { ...state.hosts, [event.host.id]: event.host } };
    case 'host:removed':
      return {
        ...state,
        hosts: without(state.hosts, event.hostId),
        leadId: state.leadId === event.hostId ? null : state.leadId,
      };
    case 'lead:passed':
      return { ...state, leadId: event.hostId };
  }
}

/** Answers and what was shown of them go with what a question asked. */
function withPlan(state: SessionState, plan: Plan, seq: number): SessionState {
  const ids = askedAnew(state.plan, plan).map(({ id }) => id);
  return {
    ...state,
    plan,
    planSeq: seq,
    roam: roamIn(plan, state.roam),
    answers: without(state.answers, ...ids),
    revealed: without(state.revealed, ...ids),
    askedSince: { ...state.askedSince, ...Object.fromEntries(ids.map((id) => [id, seq])) },
  };
}

/** Who stops sharing is not shown any longer. */
function withSharing(state: SessionState, id: string, shares: boolean): SessionState {
  const participant = state.participants[id];
  if (!participant) return state;
  const { shares: _before, ...rest } = participant;
  return {
    ...state,
    participants: { ...state.participants, [id]: shares ? { ...rest, shares } : rest },
    spotlight: !shares && state.spotlight?.participantId === id ? null : state.spotlight,
  };
}

function without<T>(record: Readonly<Record<string, T>>, ...keys: string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([one]) => !keys.includes(one)));
}

function roamIn(plan: Plan, roam: Roam | null): Roam | null {
  const stands = (id: string) => plan.some((activity) => activity.id === id);
  return roam && stands(roam.first) && stands(roam.last) ? roam : null;
}

/** Answers to one question of those whose seat is open, without names, in the order of joining. */
export function answersOf(state: SessionState, activityId: string): number[] {
  const given = state.answers[activityId] ?? {};
  return seated(state)
    .map(({ id }) => given[id])
    .filter((answer) => answer !== undefined && answer !== null);
}

/** How many of those whose seat is open have answered. */
export function answeredCount(state: SessionState, activityId: string): number {
  const given = state.answers[activityId] ?? {};
  return seated(state).filter(({ id }) => given[id] !== undefined).length;
}

export function activityById(
  state: Pick<SessionState, 'plan'>,
  id: string | null,
): Activity | null {
  return state.plan.find((activity) => activity.id === id) ?? null;
}

/** Where the class is. */
export function currentActivity(state: SessionState): Activity | null {
  return activityById(state, state.activityId);
}

/** The activity so many places after the class's; null past either end. Before the first move, the first is next. */
export function neighbour(state: SessionState, offset: 1 | -1): Activity | null {
  const index = state.plan.findIndex(({ id }) => id === state.activityId);
  return state.plan[index + offset] ?? null;
}

/** Activities that a student may open now: the class's, and those the host lets them roam in. */
export function openActivities(state: SessionState): Activity[] {
  const { plan, roam, activityId } = state;
  const place = (id: string) => plan.findIndex((activity) => activity.id === id);
  const [first, last] = roam ? [place(roam.first), place(roam.last)].sort((a, b) => a - b) : [];
  return plan.filter(
    ({ id }, index) =>
      id === activityId ||
      (first !== undefined && last !== undefined && index >= first && index <= last),
  );
}

/** What a student looks at: what they chose, for as long as they may be there, else where the class is. */
export function viewedActivity(state: SessionState, chosen: string | null): Activity | null {
  return openActivities(state).find(({ id }) => id === chosen) ?? currentActivity(state);
}

/** The question as it stands for answering: asked now, or within reach of students, and its answers not shown yet. */
export function openQuestion(state: SessionState, activityId: string): Question | null {
  const activity = openActivities(state).find(({ id }) => id === activityId);
  return activity && isQuestion(activity) && state.revealed[activityId] === undefined
    ? activity
    : null;
}

/** The plan as the class may have it: the truth of a question comes with its answers. */
export function planForClass(plan: Plan, revealed: ActivityState['revealed']): Plan {
  return plan.map((activity) =>
    revealed[activity.id] === undefined ? withoutTruth(activity) : activity,
  );
}

/** @param own the participant whose page it is: their own answers are theirs to read */
export function answersForClass(
  answers: ActivityState['answers'],
  own: string | null,
): ActivityState['answers'] {
  return Object.fromEntries(
    Object.entries(answers).map(([activity, given]) => [
      activity,
      Object.fromEntries(
        Object.entries(given).map(([id, answer]) => [id, id === own ? answer : null]),
      ),
    ]),
  );
}
