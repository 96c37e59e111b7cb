/**
 * One screen's view of a live session. The server owns the truth; this store applies what it says
 * through the same reducer and keeps the socket alive. It does not upload: see `outbox.svelte.ts`.
 */
import { io } from 'socket.io-client';
import { makeUuid } from '../lab/uuid.ts';
import { withChanges, withPresence, type Changes, type PresenceChange } from './class-changes.ts';
import type { Sign } from './door.ts';
import {
  PROTOCOL_VERSION,
  type Ack,
  type Hello,
  type Offer,
  type Preflight,
  type Progress,
  type RefusalReason,
  type You,
} from './protocol.ts';
import { Requests } from './requests.ts';
import {
  currentRound,
  reduceSession,
  SequenceGapError,
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

export class LiveClient extends Requests {
  link = $state.raw<Link>({ state: 'connecting' });
  session = $state.raw<SessionState | null>(null);
  you = $state.raw<You | null>(null);
  /** Latest telemetry by participant id; hosts and screens only. */
  progress = $state.raw<Record<string, Progress>>({});
  /** What each device said of itself, by participant id; hosts and screens only. */
  preflight = $state.raw<Record<string, Preflight>>({});
  /** Participants with an open connection; hosts and screens only. */
  present = $state.raw<ReadonlySet<string>>(new Set());
  /** Latest run of each student who shares; hosts only. */
  offers = $state.raw<Record<string, Offer>>({});
  /** What this page answered, by activity: events of the class do not say what anybody did. */
  ownAnswers = $state.raw<Record<string, number>>({});
  /** What a guarded door asks for; hosts and screens only. */
  sign = $state.raw<Sign | null>(null);

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
  /** With the round in which it was said. */
  #ownProgress: { progress: Progress; roundId: string | null } | null = null;
  /** Since the last connection, until it is known what the class is at. */
  #owesProgress = false;
  #ownOffer: Offer | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;

  constructor({
    code,
    role,
    connect = connectSocket,
    reload = reloadOnce,
    now = Date.now,
    elapsed = () => performance.now(),
  }: LiveClientOptions) {
    super();
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

  async giveAnswer(activityId: string, answer: number): Promise<Ack> {
    const asked = this.session?.askedSince[activityId] ?? 0;
    const said = await this.request('answer:give', { activityId, answer, asked });
    // Not where the question was changed before the answer to this was heard.
    if (said.ok && (this.session?.askedSince[activityId] ?? 0) === asked)
      this.ownAnswers = { ...this.ownAnswers, [activityId]: answer };
    return said;
  }

  /**
   * Telemetry may be lost and is thinned here; the end of a run is neither. What was said last is said again on every
   * connection, since a server that restarted has forgotten it, unless another round has begun.
   */
  reportProgress(progress: Progress): void {
    const now = this.#now();
    this.#ownProgress = { progress, roundId: this.#roundId };
    const running = progress.state === 'running';
    if (running && now - this.#lastProgressAt < PROGRESS_EVERY_MS) return;
    this.#lastProgressAt = now;
    if (this.link.state !== 'live') return;
    if (running) this.#socket.volatile.emit('run:progress', progress);
    else this.#socket.emit('run:progress', progress);
  }

  /** A finished run that the host may show; said once, and again on every connection. Null for none any more. */
  offerRun(offer: Offer | null): void {
    const isNews = offer?.runId !== this.#ownOffer?.runId;
    this.#ownOffer = offer;
    if (offer && isNews && this.link.state === 'live') this.#socket.emit('run:offer', offer);
  }

  /** Said again on every connection, too. */
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
      this.#owesProgress = true;
      if (this.#ownOffer) socket.emit('run:offer', this.#ownOffer);
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
      this.ownAnswers = answersBy(state, you);
      this.#repeatProgress();
    });
    socket.on('session:events', (events: SequencedEvent[]) => this.#apply(events));
    socket.on('class:progress', (changes: Changes<Partial<Progress>>) => {
      this.progress = withChanges(this.progress, changes);
    });
    socket.on('class:preflight', (changes: Changes<Preflight>) => {
      this.preflight = withChanges(this.preflight, changes);
    });
    socket.on('class:offers', (offers: Record<string, Offer>) => {
      this.offers = { ...this.offers, ...offers };
    });
    socket.on('class:present', (change: PresenceChange) => {
      this.present = withPresence(this.present, change);
    });
    socket.on('door:sign', (sign: Sign) => {
      this.sign = sign;
    });
  }

  #apply(events: SequencedEvent[]): void {
    // Until the snapshot asked for has come, events have nothing to stand on.
    if (!this.session || this.#resync) return;
    try {
      this.session = events.reduce(reduceSession, this.session);
      if (events.some(({ event }) => event.type === 'plan:changed'))
        this.ownAnswers = stillGiven(this.ownAnswers, this.session, this.you);
      this.#repeatProgress();
    } catch (error) {
      if (!(error instanceof SequenceGapError)) throw error;
      this.#resync = true;
      this.#socket.disconnect();
      this.#socket.connect();
    }
  }

  get #roundId(): string | null {
    return this.session ? (currentRound(this.session)?.id ?? null) : null;
  }

  /** What became of a run in an earlier round is no news of this one. */
  #repeatProgress(): void {
    if (!this.#owesProgress) return;
    this.#owesProgress = false;
    const own = this.#ownProgress;
    if (own && (own.progress.state === 'running' || own.roundId === this.#roundId))
      this.#socket.emit('run:progress', own.progress);
  }

  #goOffline(): void {
    if (this.link.state !== 'offline') this.link = { state: 'offline', since: this.#now() };
  }

  #reconnectSoon(wait = RETRY_MS): void {
    if (this.#closed) return;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#socket.connect(), wait);
  }

  protected async request<T = undefined>(event: string, message: object): Promise<Ack<T>> {
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

/** A snapshot has a participant's own answers, and nobody else's. */
function answersBy({ answers }: SessionState, you: You): Record<string, number> {
  if (you.role !== 'participant') return {};
  const own = Object.entries(answers).map(
    ([id, given]) => [id, given[you.participant.id]] as const,
  );
  return Object.fromEntries(
    own.filter((one): one is [string, number] => typeof one[1] === 'number'),
  );
}

/** A page's own answers without those to questions that are asked anew. */
function stillGiven(
  own: Record<string, number>,
  { answers }: SessionState,
  you: You | null,
): Record<string, number> {
  if (you?.role !== 'participant') return own;
  const { id } = you.participant;
  return Object.fromEntries(
    Object.entries(own).filter(([one]) => answers[one]?.[id] !== undefined),
  );
}
