/**
 * What the class may read of a session: pseudonyms while its host hides nicknames, stable and in the order of
 * joining, and no answer to a question before the host shows them.
 */
import { activityById, answersForClass, planForClass } from './activities.ts';
import { withNames, type SequencedEvent, type SessionEvent, type SessionState } from './session.ts';

/** `Student 7` by participant id. Nobody leaves the state, so a pseudonym stays whose it is. */
export function pseudonyms({
  participants,
}: Pick<SessionState, 'participants'>): Record<string, string> {
  return Object.fromEntries(
    Object.keys(participants).map((id, index) => [id, `Student ${index + 1}`]),
  );
}

function nicknames({ participants }: SessionState): Record<string, string> {
  return Object.fromEntries(Object.values(participants).map(({ id, nickname }) => [id, nickname]));
}

/**
 * The state as students' pages, the projector and exports may have it.
 * @param own the participant whose page it is; null for pages of nobody's own
 */
export function stateForClass(state: SessionState, own: string | null = null): SessionState {
  return {
    ...(state.namesHidden ? withNames(state, pseudonyms(state)) : state),
    plan: planForClass(state.plan, state.revealed),
    answers: answersForClass(state.answers, own),
  };
}

/**
 * Events as students' pages and the projector may have them.
 * @param state after them
 */
export function eventsForClass(state: SessionState, events: SequencedEvent[]): SequencedEvent[] {
  return events.map(({ seq, event }) => ({ seq, event: eventForClass(state, event) }));
}

function eventForClass(state: SessionState, event: SessionEvent): SessionEvent {
  if (event.type === 'names:changed') {
    // Names that were shown in between, and are hidden by now, are not for who comes later.
    const hidden = event.hidden || state.namesHidden;
    return { ...event, names: hidden ? pseudonyms(state) : nicknames(state) };
  }
  if (event.type === 'participant:joined' && state.namesHidden) {
    const nickname = pseudonyms(state)[event.participant.id] ?? '';
    return { ...event, participant: { ...event.participant, nickname } };
  }
  if (event.type === 'participant:renamed' && state.namesHidden)
    return { ...event, nickname: pseudonyms(state)[event.participantId] ?? '' };
  if (event.type === 'plan:changed')
    return { ...event, plan: planForClass(event.plan, state.revealed) };
  if (event.type === 'answer:given') return { ...event, answer: null };
  if (event.type === 'answers:revealed') {
    const activity = activityById(state, event.activityId);
    const given = state.revealed[event.activityId];
    // Asked anew since then: what is right is not to be known again.
    if (!given) return { ...event, given: [] };
    return { ...event, given, ...(activity ? { activity } : {}) };
  }
  return event;
}

/** Names as the host reads them: while they are hidden, each with the pseudonym that the class reads. */
export function namesForHost(state: SessionState): SessionState {
  if (!state.namesHidden) return state;
  const hidden = pseudonyms(state);
  const both = Object.values(state.participants).map(({ id, nickname }) => [
    id,
    `${nickname} (${hidden[id] ?? ''})`,
  ]);
  return withNames(state, Object.fromEntries(both) as Record<string, string>);
}
