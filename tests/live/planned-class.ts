/** A class with a plan, a host and two students, over real sockets. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { newActivity, type ActivityOf } from '../../src/lib/live/plan.ts';
import type { Ack } from '../../src/lib/live/protocol.ts';
import {
  reduceSession,
  type SequencedEvent,
  type SessionState,
} from '../../src/lib/live/session.ts';
import { next, send, type Client, type TestServer } from './harness.ts';

export const ask = <T = undefined>(client: Client, event: string, message = {}) =>
  send<T>(client, event, { requestId: randomUUID(), ...message });

export const LESSON = newActivity('lesson', randomUUID());
export const POLL = newActivity('poll', randomUUID()) as ActivityOf<'poll'>;
export const PREDICTION = {
  ...(newActivity('prediction', randomUUID()) as ActivityOf<'prediction'>),
  truth: 0.81,
};
export const SWEEP = newActivity('sweep', randomUUID()) as ActivityOf<'sweep'>;
export const PLAN = [LESSON, POLL, PREDICTION, SWEEP];

/** A page's own view of the session, kept as the product keeps it. */
export class View {
  state: SessionState | null = null;
  readonly events: SequencedEvent[] = [];

  constructor(readonly client: Client) {
    client.on('session:snapshot', (state) => (this.state = state));
    client.on('session:events', (events) => {
      this.events.push(...events);
      if (this.state) this.state = events.reduce(reduceSession, this.state);
    });
  }

  async until(fits: (state: SessionState) => boolean): Promise<SessionState> {
    while (!this.state || !fits(this.state))
      await next(this.client, this.state ? 'session:events' : 'session:snapshot');
    return this.state;
  }
}

export type Classroom = Awaited<ReturnType<typeof classroom>>;
export async function classroom(server: TestServer) {
  const { code, hostCookie } = await server.session();
  const ada = await server.join(code, 'Ada');
  const ben = await server.join(code, 'Ben');
  const host = new View(server.connect(code, 'host', hostCookie));
  const adas = new View(server.connect(code, 'participant', ada.cookie));
  const bens = new View(server.connect(code, 'participant', ben.cookie));
  await Promise.all([host, adas, bens].map((view) => view.until(() => true)));
  const room = (await server.root.rooms.byCode(code))!;
  return { code, hostCookie, room, ada, ben, host, adas, bens };
}

export const changePlan = (
  { host, room }: Pick<Classroom, 'host' | 'room'>,
  plan: unknown,
): Promise<Ack> => ask(host.client, 'plan:change', { plan, basedOn: room.state.planSeq });

export async function planned(server: TestServer): Promise<Classroom> {
  const made = await classroom(server);
  expect(await changePlan(made, PLAN)).toMatchObject({ ok: true });
  return made;
}
