/**
 * The socket server: admits screens, answers commands, and carries every stored event and the class's
 * telemetry to the screens of its session. It holds no truth of its own.
 */
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import * as v from 'valibot';
import {
  OfferSchema,
  PreflightSchema,
  ProgressSchema,
  type Ack,
  type ClientToServer,
  type ServerToClient,
  type You,
} from '../../src/lib/live/protocol.ts';
import { eventsForClass, stateForClass } from '../../src/lib/live/names.ts';
import type { SequencedEvent } from '../../src/lib/live/session.ts';
import type { Logger } from '../log.ts';
import { isRefusal, Refusal } from '../refusal.ts';
import { validate } from '../validate.ts';
import { addressOf, admit, isSameOrigin, type Admission, type Doorkeeping } from './admission.ts';
import { serveChecks } from './check-namespace.ts';
import {
  HOST_COMMANDS,
  LEAD_COMMANDS,
  STUDENT_COMMANDS,
  type Command,
  type HostContext,
  type StudentContext,
} from './commands.ts';
import { mayHost, refuseFollower, type Hosts } from './hosts.ts';
import { Offers } from './offers.ts';
import { Outgoing } from './outgoing.ts';
import type { SessionRoom } from './session-room.ts';
import { Telemetry } from './telemetry.ts';

type Io = Server<ClientToServer, ServerToClient, Record<string, never>, { admission: Admission }>;
type LiveSocket = Socket<
  ClientToServer,
  ServerToClient,
  Record<string, never>,
  { admission: Admission }
>;

/** A dead client is noticed after at most the sum, in ms. */
export const PING = { pingInterval: 4000, pingTimeout: 5000 };
/** A class on a break has its screens open; one without any for this long is over, in ms. */
const IDLE = 30 * 60_000;
/** A plan of forty activities with long texts is the largest message; artifacts go by HTTP. */
const MAX_MESSAGE_BYTES = 256 * 1024;

const everyone = (room: SessionRoom): string => room.meta.id;
/** Pages of the host's own, which go on reading nicknames while the class does not. */
const hosts = (room: SessionRoom): string => `${room.meta.id}/hosts`;
/** Hosts and screens. */
const watchers = (room: SessionRoom): string => `${room.meta.id}/watchers`;
/** Pages of one participant, or those that one account's sign-in has let in. */
const pagesOf = (room: SessionRoom, id: string): string => `${room.meta.id}/${id}`;

export class LiveHub {
  readonly #io: Io;
  readonly #doors: Doorkeeping;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #telemetry = new Map<string, Telemetry>();
  readonly #offers = new Map<string, Offers>();
  readonly #outgoing: Outgoing;
  readonly #hosts: Hosts;
  #trustProxy = false;
  #server: HttpServer | null = null;
  #shownSlot = 0;

  constructor(doors: Doorkeeping, hosts: Hosts, log: Logger, now: () => number) {
    this.#doors = doors;
    this.#hosts = hosts;
    this.#outgoing = new Outgoing((room, events) => this.#send(room, events));
    this.#log = log;
    this.#now = now;
    this.#io = new Server({
      ...PING,
      serveClient: false,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      allowRequest: (request, decide) => decide(null, isSameOrigin(request, this.#trustProxy)),
    });
    this.#io.use((socket, next) => void this.#admit(socket, next));
    this.#io.on('connection', (socket) => this.#connected(socket));
    serveChecks(this.#io, doors.limits, now, (handshake) => addressOf(handshake, this.#trustProxy));
    doors.rooms.onEvents((room, events) => this.#publish(room, events));
  }

  /** @param trustProxy a proxy in front sets x-forwarded-*; from anybody else they are lies */
  attach(server: HttpServer, { trustProxy = false } = {}): void {
    this.#trustProxy = trustProxy;
    this.#server = server;
    this.#io.attach(server);
  }

  /** The server that it is attached to; null before. */
  get server(): HttpServer | null {
    return this.#server;
  }

  get connections(): number {
    return this.#io.engine?.clientsCount ?? 0;
  }

  /** Shows the next sign wherever a door is guarded, when it is time. */
  showSigns(): void {
    if (this.#doors.door.slot === this.#shownSlot) return;
    this.#shownSlot = this.#doors.door.slot;
    for (const room of this.#doors.rooms.open) this.#showSign(room, this.#io.to(watchers(room)));
  }

  #showSign(room: SessionRoom, to: Pick<LiveSocket, 'emit'> | ReturnType<Io['to']>): void {
    if (room.state.door.state === 'guarded')
      to.emit('door:sign', this.#doors.door.sign(room.meta.id));
  }

  /** Frees the memory of sessions that no screen shows and nobody has asked for in a while. */
  evictIdle(): void {
    const isShown = (id: string) => this.#io.of('/').adapter.rooms.has(id);
    for (const id of this.#doors.rooms.evict(this.#now() - IDLE, isShown)) this.#forget(id);
  }

  /** Disconnects every screen of a session that is gone, and forgets it. */
  dismiss(room: SessionRoom): void {
    this.#io.in(everyone(room)).disconnectSockets(true);
    this.#doors.rooms.forget(room.meta.id);
    this.#doors.arrivals.forget(room.meta.id);
    this.#outgoing.drop(room.meta.id);
    this.#forget(room.meta.id);
  }

  #forget(id: string): void {
    this.#telemetry.get(id)?.close();
    this.#telemetry.delete(id);
    this.#offers.delete(id);
  }

  /** Drops the screens that an account's sign-ins have let in; one that is still signed in comes back by itself. */
  dropAccount(accountId: string): void {
    for (const socket of this.#io.of('/').sockets.values())
      if (socket.data.admission.accountId === accountId) socket.conn.close();
  }

  /** Drops the pages of seats; one whose browser still holds its seat comes back by itself. */
  dropSeats(ids: ReadonlySet<string>): void {
    for (const socket of this.#io.of('/').sockets.values()) {
      const { you } = socket.data.admission;
      if (you.role === 'participant' && ids.has(you.participant.id)) socket.conn.close();
    }
  }

  /** Disconnects every screen. Also closes the http server it is attached to. */
  async close(): Promise<void> {
    for (const telemetry of this.#telemetry.values()) telemetry.close();
    this.#outgoing.close();
    await this.#io.close();
  }

  async #admit(socket: LiveSocket, next: (error?: Error) => void): Promise<void> {
    try {
      const { auth, headers } = socket.handshake;
      const address = addressOf(socket.handshake, this.#trustProxy);
      const admission = await admit(this.#doors, auth, headers.cookie, address);
      if (typeof admission === 'string') return next(new Error(admission));
      socket.data.admission = admission;
      next();
    } catch (error) {
      if (!isRefusal(error)) this.#log.error({ error }, 'a screen could not be admitted');
      next(new Error('unavailable'));
    }
  }

  /** Runs without awaiting, so that no event can slip between the catch-up and joining the room. */
  #connected(socket: LiveSocket): void {
    const { room, you, lastSeq, accountId } = socket.data.admission;
    // A co-host may have been removed while the door was opened.
    if (room.retired || (accountId !== null && !mayHost(room, accountId))) {
      socket.disconnect(true);
      return;
    }
    socket.emit('session:clock', this.#now());
    const isHost = you.role === 'host';
    const own = you.role === 'participant' ? you.participant.id : null;
    const missing = lastSeq > 0 ? room.since(lastSeq) : null;
    if (missing)
      socket.emit('session:events', isHost ? missing : eventsForClass(room.state, missing));
    else socket.emit('session:snapshot', isHost ? room.state : stateForClass(room.state, own), you);
    void socket.join([everyone(room), ...(isHost ? [hosts(room)] : [])]);
    if (accountId !== null) void socket.join(pagesOf(room, accountId));

    if (you.role === 'host') this.#takeCommands(socket, room, you);
    else this.#refuseCommands(socket);
    if (you.role === 'participant') {
      this.#takeStudent(socket, room, you.participant.id);
      return;
    }
    const telemetry = this.#telemetryOf(room);
    void socket.join(watchers(room));
    const unwatch = telemetry.watch({
      ready: () => socket.conn.transport.writable,
      progress: (changes) => socket.emit('class:progress', changes),
      preflight: (changes) => socket.emit('class:preflight', changes),
      present: (change) => socket.emit('class:present', change),
    });
    socket.on('disconnect', unwatch);
    this.#showSign(room, socket);
    if (isHost) socket.emit('class:offers', this.#offersOf(room).all);
  }

  #takeStudent(socket: LiveSocket, room: SessionRoom, id: string): void {
    const telemetry = this.#telemetryOf(room);
    void socket.join(pagesOf(room, id));
    telemetry.connected(id);
    this.#doors.arrivals.connected(room.meta.id, id);
    socket.on('disconnect', () => telemetry.disconnected(id));
    this.#answer(socket, 'run:progress', ProgressSchema, async (m) => telemetry.update(id, m));
    this.#answer(socket, 'device:preflight', PreflightSchema, async (m) =>
      telemetry.checked(id, m),
    );
    const spend = () => this.#doors.limits.spend('student', id);
    this.#answer(socket, 'run:offer', OfferSchema, async (offer) => {
      // Said again on every connection, and then no news to anybody.
      if (this.#offersOf(room).has(id, offer)) return;
      await spend();
      if (!room.state.participants[id]?.shares) return;
      this.#offersOf(room).set(id, offer);
      this.#io.to(hosts(room)).emit('class:offers', { [id]: offer });
    });
    const present = () => new Set(telemetry.present);
    const context: StudentContext = { room, id, present, now: this.#now };
    for (const [event, { schema, act }] of entriesOf(STUDENT_COMMANDS))
      this.#answer(socket, event, schema, async (message) => {
        // Before it waits in the room's queue, which is the host's too.
        await spend();
        return act(context, message);
      });
  }

  #takeCommands(
    socket: LiveSocket,
    room: SessionRoom,
    { host }: Extract<You, { role: 'host' }>,
  ): void {
    const context: HostContext = {
      room,
      host,
      hosts: this.#hosts,
      arrivals: this.#doors.arrivals,
      offers: this.#offersOf(room),
      now: this.#now,
    };
    for (const [event, { schema, act }] of entriesOf(HOST_COMMANDS))
      this.#answer(socket, event, schema, (message) => act(context, message));
    for (const [event, { schema, act }] of entriesOf(LEAD_COMMANDS))
      this.#answer(socket, event, schema, (message) => {
        refuseFollower(room, host.id);
        return act(context, message);
      });
  }

  #refuseCommands(socket: LiveSocket): void {
    for (const [event] of entriesOf({ ...HOST_COMMANDS, ...LEAD_COMMANDS }))
      this.#answer(socket, event, v.unknown(), () => {
        throw new Refusal(403, 'Only the host of this session can do this.');
      });
  }

  /** Validates a message, does what it asks and acknowledges either outcome. Nothing a client sends can throw past here. */
  #answer<S extends v.GenericSchema, T>(
    socket: LiveSocket,
    event: keyof ClientToServer,
    schema: S,
    act: (message: v.InferOutput<S>) => Promise<T> | T,
  ): void {
    const listener = async (...args: unknown[]): Promise<void> => {
      const last = args.at(-1);
      const ack = typeof last === 'function' ? (last as (answer: Ack<T>) => void) : () => {};
      try {
        ack({ ok: true, value: await act(validate(schema, args[0])) });
      } catch (error) {
        ack(this.#failure(error, event));
      }
    };
    // socket.io types each event's listener apart; this one serves them all.
    socket.on(event, listener);
  }

  #failure(error: unknown, event: string): Ack<never> {
    if (isRefusal(error))
      return { ok: false, error: error.message, ...(error.field ? { field: error.field } : {}) };
    this.#log.error({ error, event }, 'a command failed');
    return { ok: false, error: 'The server could not do this. Nothing was changed. Try again.' };
  }

  #publish(room: SessionRoom, events: SequencedEvent[]): void {
    if (events.some(({ event }) => event.type === 'round:started'))
      this.#telemetryOf(room).clearProgress();
    this.#outgoing.add(room, events);
    if (events.some(({ event }) => event.type === 'door:changed'))
      this.#showSign(room, this.#io.to(watchers(room)));
    for (const { event } of events) this.#tellOne(room, event);
  }

  #send(room: SessionRoom, events: SequencedEvent[]): void {
    this.#io.to(hosts(room)).emit('session:events', events);
    this.#io
      .to(everyone(room))
      .except(hosts(room))
      .emit('session:events', eventsForClass(room.state, events));
  }

  /** What concerns one person's own pages. */
  #tellOne(room: SessionRoom, event: SequencedEvent['event']): void {
    if (event.type === 'participant:removed')
      this.#io.in(pagesOf(room, event.participantId)).disconnectSockets();
    // Whoever agreed once and no longer does is not shown from what was said before.
    if (event.type === 'sharing:changed' && !event.shares)
      this.#offersOf(room).delete(event.participantId);
    if (event.type === 'host:removed') this.#io.in(pagesOf(room, event.hostId)).disconnectSockets();
    // One may have connected while it was decided.
    if (event.type === 'participants:removed')
      this.#io.in(event.participantIds.map((id) => pagesOf(room, id))).disconnectSockets();
    // Their own name is theirs to read, also while the class reads pseudonyms.
    if (event.type === 'participant:renamed') {
      const participant = room.state.participants[event.participantId];
      if (participant)
        this.#io
          .to(pagesOf(room, participant.id))
          .emit('session:snapshot', stateForClass(room.state, participant.id), {
            role: 'participant',
            participant,
          });
    }
  }

  #offersOf(room: SessionRoom): Offers {
    const held = this.#offers.get(room.meta.id) ?? new Offers();
    this.#offers.set(room.meta.id, held);
    return held;
  }

  #telemetryOf(room: SessionRoom): Telemetry {
    const held = this.#telemetry.get(room.meta.id);
    if (held) return held;
    const made = new Telemetry(this.#now);
    this.#telemetry.set(room.meta.id, made);
    return made;
  }
}

/** A table's commands, typed for the one way in which the hub answers them. */
function entriesOf<C>(table: Record<string, Command<C>>): [keyof ClientToServer, Command<C>][] {
  return Object.entries(table) as [keyof ClientToServer, Command<C>][];
}
