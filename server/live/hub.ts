/**
 * The socket server: admits screens, answers commands, and carries every stored event and the class's
 * telemetry to the screens of its session. It holds no truth of its own.
 */
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import * as v from 'valibot';
import {
  ClassPauseSchema,
  ClassResumeSchema,
  KnobLockMessageSchema,
  KnobUnlockSchema,
  NamesSchema,
  PreflightSchema,
  ProgressSchema,
  RenameSchema,
  RoundEndSchema,
  RoundExtendSchema,
  RoundStartSchema,
  SeatSchema,
  SessionEndSchema,
  type Ack,
  type ClientToServer,
  type ServerToClient,
} from '../../src/lib/live/protocol.ts';
import { eventsForClass, stateForClass } from '../../src/lib/live/names.ts';
import type { SequencedEvent } from '../../src/lib/live/session.ts';
import type { Logger } from '../log.ts';
import { isRefusal, Refusal } from '../refusal.ts';
import { validate } from '../validate.ts';
import { addressOf, admit, isSameOrigin, type Admission, type Doorkeeping } from './admission.ts';
import { endRound, endSession, startRound } from './host-commands.ts';
import type { SessionRoom } from './session-room.ts';
import { extendRound, lockKnob, pauseClass, resumeClass, unlockKnob } from './class-commands.ts';
import { changeNames, remove, rename, restore } from './seat-commands.ts';
import { Telemetry } from './telemetry.ts';

type Io = Server<ClientToServer, ServerToClient, Record<string, never>, { admission: Admission }>;
type LiveSocket = Socket<
  ClientToServer,
  ServerToClient,
  Record<string, never>,
  { admission: Admission }
>;

/** A dead client is noticed after at most the sum, in ms. */
const PING = { pingInterval: 4000, pingTimeout: 5000 };
/** A class on a break has its screens open; one without any for this long is over, in ms. */
const IDLE = 30 * 60_000;
/** Commands and telemetry are small; artifacts go by HTTP. */
const MAX_MESSAGE_BYTES = 64 * 1024;

/** What only the host may ask for. */
const HOST_COMMANDS = [
  'round:start',
  'round:end',
  'round:extend',
  'session:end',
  'knob:lock',
  'knob:unlock',
  'names:change',
  'participant:rename',
  'participant:remove',
  'participant:restore',
  'class:pause',
  'class:resume',
] as const satisfies (keyof ClientToServer)[];

const everyone = (room: SessionRoom): string => room.meta.id;
/** Pages of the host's own, which go on reading nicknames while the class does not. */
const hosts = (room: SessionRoom): string => `${room.meta.id}/hosts`;
const pagesOf = (room: SessionRoom, id: string): string => `${room.meta.id}/${id}`;
const watchers = (room: SessionRoom): string => `${room.meta.id}/watchers`;

export class LiveHub {
  readonly #io: Io;
  readonly #doors: Doorkeeping;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #telemetry = new Map<string, Telemetry>();
  #trustProxy = false;

  constructor(doors: Doorkeeping, log: Logger, now: () => number) {
    this.#doors = doors;
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
    doors.rooms.onEvents((room, events) => this.#publish(room, events));
  }

  /** @param trustProxy a proxy in front sets x-forwarded-*; from anybody else they are lies */
  attach(server: HttpServer, { trustProxy = false } = {}): void {
    this.#trustProxy = trustProxy;
    this.#io.attach(server);
  }

  get connections(): number {
    return this.#io.engine?.clientsCount ?? 0;
  }

  /** Frees the memory of sessions that no screen shows and nobody has asked for in a while. */
  evictIdle(): void {
    const isShown = (id: string) => this.#io.of('/').adapter.rooms.has(id);
    for (const id of this.#doors.rooms.evict(this.#now() - IDLE, isShown)) {
      this.#telemetry.get(id)?.close();
      this.#telemetry.delete(id);
    }
  }

  /** Disconnects every screen. Also closes the http server it is attached to. */
  async close(): Promise<void> {
    for (const telemetry of this.#telemetry.values()) telemetry.close();
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
    const { room, you, lastSeq } = socket.data.admission;
    const telemetry = this.#telemetryOf(room);
    socket.emit('session:clock', this.#now());
    const isHost = you.role === 'host';
    const missing = lastSeq > 0 ? room.since(lastSeq) : null;
    if (missing)
      socket.emit('session:events', isHost ? missing : eventsForClass(room.state, missing));
    else socket.emit('session:snapshot', isHost ? room.state : stateForClass(room.state), you);
    void socket.join([everyone(room), ...(isHost ? [hosts(room)] : [])]);

    if (you.role !== 'host') this.#refuseCommands(socket);
    if (you.role === 'participant') {
      void socket.join(pagesOf(room, you.participant.id));
      telemetry.connected(you.participant.id);
      socket.on('disconnect', () => telemetry.disconnected(you.participant.id));
      this.#answer(socket, 'run:progress', ProgressSchema, (progress) =>
        Promise.resolve(telemetry.update(you.participant.id, progress)),
      );
      this.#answer(socket, 'device:preflight', PreflightSchema, (preflight) =>
        Promise.resolve(telemetry.checked(you.participant.id, preflight)),
      );
      return;
    }
    void socket.join(watchers(room));
    socket.emit('class:progress', telemetry.progress);
    socket.emit('class:preflight', telemetry.preflight);
    socket.emit('class:present', telemetry.present);
    if (you.role === 'host') this.#takeCommands(socket, room);
  }

  #takeCommands(socket: LiveSocket, room: SessionRoom): void {
    const now = this.#now;
    this.#answer(socket, 'round:start', RoundStartSchema, (m) => startRound(room, m, now));
    this.#answer(socket, 'round:end', RoundEndSchema, (m) => endRound(room, m, now));
    this.#answer(socket, 'round:extend', RoundExtendSchema, (m) => extendRound(room, m, now));
    this.#answer(socket, 'knob:lock', KnobLockMessageSchema, (m) => lockKnob(room, m, now));
    this.#answer(socket, 'knob:unlock', KnobUnlockSchema, (m) => unlockKnob(room, m, now));
    this.#answer(socket, 'session:end', SessionEndSchema, (m) => endSession(room, m, now));
    this.#answer(socket, 'names:change', NamesSchema, (m) => changeNames(room, m, now));
    this.#answer(socket, 'participant:rename', RenameSchema, (m) => rename(room, m, now));
    this.#answer(socket, 'participant:remove', SeatSchema, (m) => remove(room, m, now));
    this.#answer(socket, 'participant:restore', SeatSchema, (m) => restore(room, m, now));
    this.#answer(socket, 'class:pause', ClassPauseSchema, (m) => pauseClass(room, m, now));
    this.#answer(socket, 'class:resume', ClassResumeSchema, (m) => resumeClass(room, m, now));
  }

  #refuseCommands(socket: LiveSocket): void {
    for (const event of HOST_COMMANDS)
      this.#answer(socket, event, v.unknown(), () =>
        Promise.reject(new Refusal(403, 'Only the host of this session can do this.')),
      );
  }

  /** Validates a message, does what it asks and acknowledges either outcome. Nothing a client sends can throw past here. */
  #answer<S extends v.GenericSchema, T>(
    socket: LiveSocket,
    event: keyof ClientToServer,
    schema: S,
    act: (message: v.InferOutput<S>) => Promise<T>,
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
    const forClass = eventsForClass(room.state, events);
    if (forClass === events) this.#io.to(everyone(room)).emit('session:events', events);
    else {
      this.#io.to(hosts(room)).emit('session:events', events);
      this.#io.to(everyone(room)).except(hosts(room)).emit('session:events', forClass);
    }
    for (const { event } of events) this.#tellStudent(room, event);
  }

  /** What concerns one student's own pages. */
  #tellStudent(room: SessionRoom, event: SequencedEvent['event']): void {
    if (event.type === 'participant:removed')
      this.#io.in(pagesOf(room, event.participantId)).disconnectSockets();
    // Their own name is theirs to read, also while the class reads pseudonyms.
    if (event.type === 'participant:renamed') {
      const participant = room.state.participants[event.participantId];
      if (participant)
        this.#io
          .to(pagesOf(room, participant.id))
          .emit('session:snapshot', stateForClass(room.state), {
            role: 'participant',
            participant,
          });
    }
  }

  #telemetryOf(room: SessionRoom): Telemetry {
    const held = this.#telemetry.get(room.meta.id);
    if (held) return held;
    const audience = watchers(room);
    const made = new Telemetry(
      {
        progress: (latest) => this.#io.to(audience).volatile.emit('class:progress', latest),
        preflight: (latest) => this.#io.to(audience).emit('class:preflight', latest),
        present: (ids) => this.#io.to(audience).emit('class:present', ids),
      },
      this.#now,
    );
    this.#telemetry.set(room.meta.id, made);
    return made;
  }
}
