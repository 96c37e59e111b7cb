/**
 * One screen's view of a live session. The server owns the truth; this store applies what it says
 * through the same reducer and keeps the socket alive. It does not upload: see `outbox.svelte.ts`.
 */
import { io } from 'socket.io-client';
import { makeUuid } from '../lab/uuid.ts';
import type { Challenge } from './challenge.ts';
import type { Knob, KnobLock } from './locks.ts';
import {
  PROTOCOL_VERSION,
  type Ack,
  type Hello,
  type Preflight,
  type Progress,
  type RefusalReason,
  type You,
} from './protocol.ts';
import {
  reduceSession,
  SequenceGapError,
  type Round,
  type SequencedEvent,
  type SessionState,
} from './session.ts';

export type Link =
  | { state: 'connecting' }
  | { state: 'live' }
  /** Milliseconds since the epoch; socket.io goes on trying. */
  | { state: 'offline'; since: number }
  /** The server will not have this screen; trying again changes nothing. */
  | { state: 'refused'; reason: RefusalReason };

/** The part of a socket.io client that is used, so that tests can put their own in its place. */
export interface LiveSocket {
  readonly active: boolean;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- socket.io types handlers by event name
  on(event: string, handler: (...args: any[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  volatile: { emit(event: string, ...args: unknown[]): unknown };
  timeout(ms: number): { emitWithAck(event: string, ...args: unknown[]): Promise<unknown> };
  connect(): unknown;
  disconnect(): unknown;
}

export interface LiveClientOptions {
  code: string;
  role: Hello['role'];
  connect?: (hello: () => Hello) => LiveSocket;
  /** Reloads the page: this bundle is older than the server. */
  reload?: () => void;
  now?: () => number;
  /** A clock that nobody sets, in ms from any start. */
  elapsed?: () => number;
}

const REFUSALS: readonly RefusalReason[] = [
  'client-too-old',
  'server-too-old',
  'unknown-session',
  'not-a-participant',
  'not-the-host',
  'seat-closed',
  'malformed',
];
const ACK_TIMEOUT_MS = 6000;
/** A request is sent again under the same id, which the server answers once. */
const REQUEST_ATTEMPTS = 4;
/** Wait before trying again after a refusal that may pass, such as a server that is starting. */
const RETRY_MS = 2000;
const CLOSED_RETRY_MS = 10_000;
/** The protocol allows two reports a second. */
const PROGRESS_EVERY_MS = 500;

const connectSocket = (hello: () => Hello): LiveSocket =>
  io({
    auth: (give) => give(hello()),
    reconnectionDelay: 500,
    reconnectionDelayMax: 4000,
    // Polling first: some school networks block WebSockets, and the upgrade follows by itself.
    transports: ['polling', 'websocket'],
  });

/** Reloads at most once a minute, so that a mismatch that reloading cannot cure does not loop. */
function reloadOnce(): void {
  const key = 'rankroom:reloaded';
  const last = Number(sessionStorage.getItem(key) ?? 0);
  if (Date.now() - last < 60_000) return;
  sessionStorage.setItem(key, String(Date.now()));
  location.reload();
}

export class LiveClient {
  link = $state.raw<Link>({ state: 'connecting' });
  session = $state.raw<SessionState | null>(null);
  you = $state.raw<You | null>(null);
  /** Latest telemetry by participant id; hosts and screens only. */
  progress = $state.raw<Record<string, Progress>>({});
  /** What each device said of itself, by participant id; hosts and screens only. */
  preflight = $state.raw<Record<string, Preflight>>({});
  /** Participants with an open connection; hosts and screens only. */
  present = $state.raw<ReadonlySet<string>>(new Set());

  readonly #socket: LiveSocket;
  readonly #now: () => number;
  readonly #reload: () => void;
  readonly #elapsed: () => number;
  /** The server's clock when the connection was made, less `#elapsed` then. */
  #clockOffset: number | null = null;
  #resync = false;
  #closed = false;
  #lastProgressAt = 0;
  #ownPreflight: Preflight | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;

  constructor({
    code,
    role,
    connect = connectSocket,
    reload = reloadOnce,
    now = Date.now,
    elapsed = () => performance.now(),
  }: LiveClientOptions) {
    this.#now = now;
    this.#reload = reload;
    this.#elapsed = elapsed;
    this.#socket = connect(() => ({
      protocol: PROTOCOL_VERSION,
      code,
      role,
      lastSeq: this.#resync ? 0 : (this.session?.seq ?? 0),
    }));
    this.#listen();
  }

  /** @param minutes after which the server ends the round; null for when the host does */
  startRound(challenge: Challenge, minutes: number | null = null): Promise<Ack<Round>> {
    return this.#request<Round>('round:start', { challenge, minutes });
  }

  extendRound(minutes: number): Promise<Ack> {
    return this.#request('round:extend', { minutes });
  }

  lockKnob(lock: KnobLock): Promise<Ack> {
    return this.#request('knob:lock', { lock });
  }

  unlockKnob(knob: Knob): Promise<Ack> {
    return this.#request('knob:unlock', { knob });
  }

  endRound(): Promise<Ack> {
    return this.#request('round:end', {});
  }

  endSession(): Promise<Ack> {
    return this.#request('session:end', {});
  }

  /** Puts pseudonyms in the place of nicknames on every page but the host's, or takes them away again. */
  hideNames(hidden: boolean): Promise<Ack> {
    return this.#request('names:change', { hidden });
  }

  rename(participantId: string, nickname: string): Promise<Ack> {
    return this.#request('participant:rename', { participantId, nickname });
  }

  removeParticipant(participantId: string): Promise<Ack> {
    return this.#request('participant:remove', { participantId });
  }

  restoreParticipant(participantId: string): Promise<Ack> {
    return this.#request('participant:restore', { participantId });
  }

  pauseClass(): Promise<Ack> {
    return this.#request('class:pause', {});
  }

  resumeClass(): Promise<Ack> {
    return this.#request('class:resume', {});
  }

  /** Telemetry may be lost and is thinned here; the end of a run is never thinned away. */
  reportProgress(progress: Progress): void {
    const now = this.#now();
    if (progress.state === 'running' && now - this.#lastProgressAt < PROGRESS_EVERY_MS) return;
    this.#lastProgressAt = now;
    if (this.link.state === 'live') this.#socket.volatile.emit('run:progress', progress);
  }

  /** Said again on every connection: a server that restarted has forgotten it. */
  reportPreflight(preflight: Preflight): void {
    this.#ownPreflight = preflight;
    if (this.link.state === 'live') this.#socket.emit('device:preflight', preflight);
  }

  /**
   * The server's clock, in ms since the epoch, late by what its message took; the device's own may be wrong by
   * hours. Null before the first connection.
   */
  serverNow(): number | null {
    return this.#clockOffset === null ? null : this.#elapsed() + this.#clockOffset;
  }

  close(): void {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#socket.disconnect();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('connect', () => {
      this.link = { state: 'live' };
      if (this.#ownPreflight) this.reportPreflight(this.#ownPreflight);
    });
    socket.on('disconnect', (reason: string) => {
      this.#goOffline();
      // socket.io does not come back by itself after the server closed the connection.
      if (reason === 'io server disconnect') this.#reconnectSoon();
    });
    socket.on('connect_error', (error: Error) => {
      const refusal = REFUSALS.find((reason) => reason === error.message);
      if (refusal) {
        this.link = { state: 'refused', reason: refusal };
        if (refusal === 'client-too-old') this.#reload();
        // The host may open the seat again.
        if (refusal === 'seat-closed') this.#reconnectSoon(CLOSED_RETRY_MS);
        return;
      }
      this.#goOffline();
      if (!socket.active) this.#reconnectSoon();
    });
    socket.on('session:clock', (now: number) => {
      this.#clockOffset = now - this.#elapsed();
    });
    socket.on('session:snapshot', (state: SessionState, you: You) => {
      this.#resync = false;
      this.session = state;
      this.you = you;
    });
    socket.on('session:events', (events: SequencedEvent[]) => this.#apply(events));
    socket.on('class:progress', (progress: Record<string, Progress>) => {
      this.progress = progress;
    });
    socket.on('class:preflight', (preflight: Record<string, Preflight>) => {
      this.preflight = preflight;
    });
    socket.on('class:present', (ids: string[]) => {
      this.present = new Set(ids);
    });
  }

  #apply(events: SequencedEvent[]): void {
    // Until the snapshot asked for has come, events have nothing to stand on.
    if (!this.session || this.#resync) return;
    try {
      this.session = events.reduce(reduceSession, this.session);
    } catch (error) {
      if (!(error instanceof SequenceGapError)) throw error;
      this.#resync = true;
      this.#socket.disconnect();
      this.#socket.connect();
    }
  }

  #goOffline(): void {
    if (this.link.state !== 'offline') this.link = { state: 'offline', since: this.#now() };
  }

  #reconnectSoon(wait = RETRY_MS): void {
    if (this.#closed) return;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#socket.connect(), wait);
  }

  async #request<T = undefined>(event: string, message: object): Promise<Ack<T>> {
    const requestId = makeUuid();
    for (let attempt = 1; attempt <= REQUEST_ATTEMPTS; attempt++) {
      try {
        const answer = await this.#socket
          .timeout(ACK_TIMEOUT_MS)
          .emitWithAck(event, { requestId, ...message });
        return answer as Ack<T>;
      } catch {
        // No answer in time: the connection dropped or the server restarts. The id makes resending safe.
      }
    }
    return {
      ok: false,
      error:
        'The server did not answer. Whether it was done shows here when the connection is back; then try again if needed.',
    };
  }
}
