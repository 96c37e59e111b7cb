/** What the class reads while its host hides nicknames: stable pseudonyms, in the order of joining. */
import { withNames, type SequencedEvent, type SessionState } from './session.ts';

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

/** The state as students' pages, the projector and exports may have it. */
export function stateForClass(state: SessionState): SessionState {
  return state.namesHidden ? withNames(state, pseudonyms(state)) : state;
}

/**
 * Events as students' pages and the projector may have them; the same array where nothing is to hide.
 * @param state after them
 */
export function eventsForClass(state: SessionState, events: SequencedEvent[]): SequencedEvent[] {
  const named = events.some(({ event }) => event.type === 'names:changed');
  if (!state.namesHidden && !named) return events;
  const hidden = pseudonyms(state);
  return events.map(({ seq, event }) => {
    if (event.type === 'names:changed')
      return { seq, event: { ...event, names: event.hidden ? hidden : nicknames(state) } };
    if (!state.namesHidden) return { seq, event };
    if (event.type === 'participant:joined') {
      const nickname = hidden[event.participant.id] ?? '';
      return { seq, event: { ...event, participant: { ...event.participant, nickname } } };
    }
    if (event.type === 'participant:renamed')
      return { seq, event: { ...event, nickname: hidden[event.participantId] ?? '' } };
    return { seq, event };
  });
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
