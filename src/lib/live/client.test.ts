import { describe, expect, it, vi } from 'vitest';
import { defaultRecipe } from '../engine/formats/recipe.ts';
import { defaultChallenge } from './challenge.ts';
import { LiveClient, type LiveSocket } from './client.svelte.ts';
import { progressOf } from './dashboard/testing.ts';
import { newActivity, type ActivityOf, type Plan } from './plan.ts';
import type { Hello, Offer } from './protocol.ts';
import { initialSession, type SequencedEvent } from './session.ts';

/** A socket whose server is the test. */
class FakeSocket implements LiveSocket {
  active = true;
  handlers = new Map<string, (...args: unknown[]) => void>();
  sent: { event: string; message: Record<string, unknown> }[] = [];
  answers: (() => Promise<unknown>)[] = [];
  emit = (event: string, message: Record<string, unknown>) => this.sent.push({ event, message });
  volatile = { emit: this.emit };
  connect = vi.fn();
  disconnect = vi.fn();
  on(event: string, handler: (...args: unknown[]) => void) {
    this.handlers.set(event, handler);
  }
  timeout() {
    return {
      emitWithAck: (event: string, message: Record<string, unknown>) => {
        this.sent.push({ event, message });
        return this.answers.shift()?.() ?? Promise.reject(new Error('timeout'));
      },
    };
  }
  say(event: string, ...args: unknown[]) {
    this.handlers.get(event)?.(...args);
  }
}

function setUp() {
  const socket = new FakeSocket();
  const reload = vi.fn();
  let clock = 1000;
  let hello: () => Hello = () => {
    throw new Error('not connected');
  };
  const client = new LiveClient({
    code: 'ABC234',
    role: 'participant',
    reload,
    now: () => clock,
    connect: (give) => {
      hello = give;
      return socket;
    },
  });
  return { socket, reload, client, hello: () => hello(), tick: (ms: number) => (clock += ms) };
}

const joined = (seq: number): SequencedEvent => ({
  seq,
  event: {
    type: 'participant:joined',
    at: seq,
    participant: { id: `p${seq}`, nickname: `n${seq}`, joinedAt: seq },
  },
});
const started = (seq: number, roundId: string): SequencedEvent => ({
  seq,
  event: {
    type: 'round:started',
    at: seq,
    round: {
      id: roundId,
      number: seq,
      challenge: defaultChallenge(),
      startedAt: seq,
      endedAt: null,
      activityId: null,
    },
  },
});
const ada = { id: 'a', name: 'ada' };
const you = { role: 'host', host: ada, owner: ada } as const;

describe('LiveClient', () => {
  it('asks for everything first, then for what came after the last event it has', () => {
    const { socket, client, hello } = setUp();
    expect(hello().lastSeq).toBe(0);
    socket.say('session:snapshot', initialSession('ABC234', 'Class'), you);
    socket.say('session:events', [joined(1), joined(2)]);
    expect(Object.keys(client.session?.participants ?? {})).toEqual(['p1', 'p2']);
    expect(hello().lastSeq).toBe(2);
  });

  it('reads the clock of the server, whatever the device says (T-4)', () => {
    const socket = new FakeSocket();
    let device = 5_000_000;
    let elapsed = 100;
    const client = new LiveClient({
      code: 'ABC234',
      role: 'screen',
      connect: () => socket,
      now: () => device,
      elapsed: () => elapsed,
    });
    expect(client.serverNow()).toBeNull();
    socket.say('session:clock', 70_000);
    device += 3_600_000;
    elapsed += 250;
    expect(client.serverNow()).toBe(70_250);
    socket.say('session:clock', 80_000);
    expect(client.serverNow()).toBe(80_000);
  });

  it('asks for a snapshot after a gap and ignores events until it comes', () => {
    const { socket, client, hello } = setUp();
    socket.say('session:snapshot', initialSession('ABC234', 'Class'), you);
    socket.say('session:events', [joined(3)]);
    expect(socket.disconnect).toHaveBeenCalledOnce();
    expect(socket.connect).toHaveBeenCalledOnce();
    expect(hello().lastSeq).toBe(0);
    socket.say('session:events', [joined(1)]);
    expect(client.session?.seq).toBe(0);
    socket.say('session:snapshot', { ...initialSession('ABC234', 'Class'), seq: 3 }, you);
    expect(hello().lastSeq).toBe(3);
  });

  it('keeps the time since which it is offline, and comes back', () => {
    const { socket, client, tick } = setUp();
    socket.say('connect');
    expect(client.link).toEqual({ state: 'live' });
    socket.say('disconnect', 'transport close');
    tick(500);
    socket.say('connect_error', new Error('xhr poll error'));
    expect(client.link).toEqual({ state: 'offline', since: 1000 });
    socket.say('connect');
    expect(client.link).toEqual({ state: 'live' });
  });

  it('reloads when it is too old and stays refused otherwise', () => {
    const { socket, client, reload } = setUp();
    socket.say('connect_error', new Error('unknown-session'));
    expect(client.link).toEqual({ state: 'refused', reason: 'unknown-session' });
    expect(reload).not.toHaveBeenCalled();
    socket.say('connect_error', new Error('client-too-old'));
    expect(reload).toHaveBeenCalledOnce();
  });

  it('sends a request again under the same id until it is answered', async () => {
    const { socket, client } = setUp();
    socket.answers = [
      () => Promise.reject(new Error('timeout')),
      () => Promise.resolve({ ok: true, value: undefined }),
    ];
    await expect(client.startRound(defaultChallenge())).resolves.toMatchObject({ ok: true });
    expect(socket.sent).toHaveLength(2);
    expect(socket.sent[0]?.message.requestId).toBe(socket.sent[1]?.message.requestId);
  });

  it('says so when a request is never answered', async () => {
    const { client } = setUp();
    await expect(client.endRound()).resolves.toMatchObject({ ok: false });
  });

  it('has no answer any more to a question that is asked anew, and says which one it answers (S-28)', async () => {
    const { socket, client } = setUp();
    const poll = newActivity('poll', 'p1') as ActivityOf<'poll'>;
    const participant = { id: 'a', nickname: 'Ada', joinedAt: 1 };
    const state = { ...initialSession('ABC234', 'Class'), plan: [poll], seq: 5 };
    socket.say(
      'session:snapshot',
      { ...state, answers: { p1: { a: 2 } } },
      { role: 'participant', participant },
    );
    const change = (seq: number, plan: Plan) =>
      socket.say('session:events', [{ seq, event: { type: 'plan:changed', at: 1, plan } }]);
    change(6, [{ ...poll, title: 'Now' }]);
    expect(client.ownAnswers).toEqual({ p1: 2 });
    change(7, [{ ...poll, options: ['Yes', 'No'] }]);
    expect(client.ownAnswers).toEqual({});

    const done = () => Promise.resolve({ ok: true, value: undefined });
    socket.answers = [done, () => (change(8, [{ ...poll, options: ['No', 'Yes'] }]), done())];
    await client.giveAnswer('p1', 1);
    expect(socket.sent.at(-1)?.message).toMatchObject({ answer: 1, asked: 7 });
    expect(client.ownAnswers).toEqual({ p1: 1 });
    await client.giveAnswer('p1', 0);
    expect(client.ownAnswers).toEqual({});
    // While the page was away, it was asked anew.
    socket.answers = [done];
    await client.giveAnswer('p1', 1);
    expect(client.ownAnswers).toEqual({ p1: 1 });
    socket.say('session:snapshot', state, { role: 'participant', participant });
    expect(client.ownAnswers).toEqual({});
  });

  it('says what the device is on every connection, once it knows (T-1)', () => {
    const { socket, client } = setUp();
    socket.say('connect');
    expect(socket.sent).toEqual([]);
    const preflight = { backend: 'wasm', threads: 2, secondsPerStep: 0.058 } as const;
    client.reportPreflight(preflight);
    socket.say('disconnect', 'transport close');
    socket.say('connect');
    const message = { event: 'device:preflight', message: preflight };
    expect(socket.sent).toEqual([message, message]);
  });

  it('thins telemetry, but not the end of a run', () => {
    const { socket, client, tick } = setUp();
    socket.say('connect');
    const progress = progressOf({ step: 1, steps: 10 });
    client.reportProgress(progress);
    tick(100);
    client.reportProgress({ ...progress, step: 2 });
    client.reportProgress({ ...progress, step: 10, state: 'finished' });
    expect(socket.sent.map(({ message }) => message.step)).toEqual([1, 10]);
  });

  it('says on every connection what it last said of its run, thinned away or not (T-9)', () => {
    const { socket, client } = setUp();
    client.reportProgress(progressOf({ step: 1 }));
    socket.say('connect');
    expect(socket.sent).toEqual([]);
    socket.say('session:snapshot', initialSession('ABC234', 'Class'), you);
    client.reportProgress(progressOf({ step: 2 }));
    socket.say('disconnect', 'transport close');
    socket.say('connect');
    socket.say('session:events', []);
    expect(socket.sent.map(({ message }) => message.step)).toEqual([1, 2]);
  });

  it('says nothing more of a run that ended before the round that began meanwhile (T-9)', () => {
    const { socket, client } = setUp();
    socket.say('connect');
    socket.say('session:snapshot', initialSession('ABC234', 'Class'), you);
    client.reportProgress(progressOf({ step: 9, state: 'finished' }));
    socket.say('disconnect', 'transport close');
    socket.say('connect');
    socket.say('session:events', [started(1, 'r1')]);
    expect(socket.sent).toHaveLength(1);
    client.reportProgress(progressOf({ step: 3, state: 'running' }));
    socket.say('disconnect', 'transport close');
    socket.say('connect');
    socket.say('session:events', [started(2, 'r2')]);
    expect(socket.sent.map(({ message }) => message.step)).toEqual([9, 3]);
  });

  it('offers a run once and again on every connection, not with each event of the class (P-6)', () => {
    const { socket, client } = setUp();
    const offer: Offer = { runId: 'r1', recipe: defaultRecipe(), accuracy: 0.7 };
    const offered = () => socket.sent.filter(({ event }) => event === 'run:offer').length;
    client.offerRun(offer);
    socket.say('connect');
    for (let event = 0; event < 5; event++) client.offerRun({ ...offer });
    expect(offered()).toBe(1);
    client.offerRun({ ...offer, runId: 'r2' });
    expect(offered()).toBe(2);
    socket.say('disconnect', 'transport close');
    socket.say('connect');
    expect(offered()).toBe(3);
    // Consent taken back and given again: the server has forgotten what was offered.
    client.offerRun(null);
    client.offerRun({ ...offer, runId: 'r2' });
    expect(offered()).toBe(4);
  });

  it('puts changes of the telemetry together, and begins anew with a whole one (T-8)', () => {
    const { socket, client } = setUp();
    const [first, second] = [progressOf({ step: 1 }), progressOf({ step: 9 })];
    socket.say('class:progress', { whole: true, changed: { ada: first } });
    socket.say('class:progress', { whole: false, changed: { ada: { step: 2 }, bob: second } });
    expect(client.progress).toEqual({ ada: { ...first, step: 2 }, bob: second });
    socket.say('class:present', { whole: true, here: ['ada', 'bob'], gone: [] });
    socket.say('class:present', { whole: false, here: [], gone: ['bob'] });
    expect([...client.present]).toEqual(['ada']);
    socket.say('class:progress', { whole: true, changed: {} });
    expect(client.progress).toEqual({});
  });
});
