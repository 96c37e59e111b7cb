/**
 * A simulated student's connection: a real socket to this server, which follows the session through the product's own
 * reducer. It answers no question of what to say; see `simulated-student.ts`.
 */
import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import {
  PROTOCOL_VERSION,
  type Ack,
  type ClientToServer,
  type Offer,
  type Preflight,
  type Progress,
  type ServerToClient,
} from '../../src/lib/live/protocol.ts';
import { reduceSession, SequenceGapError, type SessionState } from '../../src/lib/live/session.ts';
import { loopbackHeaders } from './loopback.ts';

/** In ms. */
const ACK_TIMEOUT = 6000;
/** Wait before a connection that the server closed is tried again, in ms. */
const RETRY = 10_000;

export interface LineOptions {
  /** Of this server. */
  origin: string;
  code: string;
  /** The seat's. */
  cookie: string;
  transport: 'polling' | 'websocket';
}

export class StudentLine {
  /** What the student's page would show; null before the first connection. */
  state: SessionState | null = null;
  readonly #socket: Socket<ServerToClient, ClientToServer>;
  readonly #listeners = new Set<() => void>();
  #preflight: Preflight | null = null;
  #offer: Offer | null = null;
  #retry: NodeJS.Timeout | null = null;

  constructor({ origin, code, cookie, transport }: LineOptions) {
    this.#socket = io(origin, {
      forceNew: true,
      transports: [transport],
      rejectUnauthorized: false,
      extraHeaders: { ...loopbackHeaders(origin), cookie },
      auth: (give) =>
        give({
          protocol: PROTOCOL_VERSION,
          code,
          role: 'participant',
          lastSeq: this.state?.seq ?? 0,
        }),
    });
    this.#listen();
  }

  /** Calls `listener` after every change of the state. @returns ends it */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  reportProgress(progress: Progress): void {
    this.#socket.volatile.emit('run:progress', progress);
  }

  /** Said again on every connection. */
  reportPreflight(preflight: Preflight): void {
    this.#preflight = preflight;
    if (this.#socket.connected) this.#socket.emit('device:preflight', preflight);
  }

  /** Said again on every connection. */
  offerRun(offer: Offer): void {
    this.#offer = offer;
    if (this.#socket.connected) this.#socket.emit('run:offer', offer);
  }

  /** @returns whether it was done; a refusal or no answer is none */
  async ask(
    event: 'answer:give' | 'sharing:change' | 'hand:change' | 'cell:take',
    message: object,
  ): Promise<boolean> {
    if (!this.#socket.connected) return false;
    try {
      const answer = await (
        this.#socket.timeout(ACK_TIMEOUT) as unknown as {
          emitWithAck(event: string, message: object): Promise<Ack>;
        }
      ).emitWithAck(event, { requestId: randomUUID(), ...message });
      return answer.ok;
    } catch {
      return false;
    }
  }

  /** As a laptop lid or bad wifi does it. */
  drop(): void {
    this.#socket.disconnect();
  }

  comeBack(): void {
    this.#socket.connect();
  }

  close(): void {
    if (this.#retry) clearTimeout(this.#retry);
    this.#listeners.clear();
    this.#socket.removeAllListeners();
    this.#socket.disconnect();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('connect', () => {
      if (this.#preflight) socket.emit('device:preflight', this.#preflight);
      if (this.#offer) socket.emit('run:offer', this.#offer);
    });
    socket.on('session:snapshot', (state) => this.#show(state));
    socket.on('session:events', (events) => {
      if (!this.state) return;
      try {
        this.#show(events.reduce(reduceSession, this.state));
      } catch (error) {
        if (!(error instanceof SequenceGapError)) throw error;
        this.state = null;
        socket.disconnect().connect();
      }
    });
    socket.on('disconnect', (reason) => {
      if (reason === 'io server disconnect') this.#tryAgain();
    });
    // A seat that its host has closed may be opened again.
    socket.on('connect_error', () => {
      if (!socket.active) this.#tryAgain();
    });
  }

  #tryAgain(): void {
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#socket.connect(), RETRY);
    this.#retry.unref();
  }

  #show(state: SessionState): void {
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}
