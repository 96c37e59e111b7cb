/** A person without a browser: cookies, forms, uploads and a socket, over the built server's own HTTP. */
import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { Challenge } from '../../src/lib/live/challenge.ts';
import { SIGN_FIELDS, type Shape, type Sign } from '../../src/lib/live/door.ts';
import {
  PROTOCOL_VERSION,
  type Ack,
  type ClientToServer,
  type Hello,
  type LeaderboardDocument,
  type Report,
  type ServerToClient,
} from '../../src/lib/live/protocol.ts';
import { reduceSession, type Round, type SessionState } from '../../src/lib/live/session.ts';

export interface Sent {
  round?: string;
  recipe: unknown;
  report: Report;
  artifact: Uint8Array<ArrayBuffer>;
}

export interface Answer {
  status: number;
  body: { submissionId?: string; error?: string; field?: string };
}

export class Person {
  readonly #url: string;
  readonly #cookies = new Map<string, string>();

  constructor(url: string) {
    this.#url = url;
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Submits a form as a browser does before any script has loaded. @returns where it led */
  async post(path: string, fields: Record<string, string>): Promise<string> {
    const response = await fetch(this.#url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: this.#url, cookie: this.cookie, accept: 'text/html' },
      body: new URLSearchParams(fields),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const to = response.headers.get('location');
    if (response.status !== 303 || to === null)
      throw new Error(`${path} answered ${response.status}`);
    return to;
  }

  /** @returns the join code */
  async createSession(setupPath: string): Promise<string> {
    const token = setupPath.split('token=')[1] ?? '';
    await this.post('/setup', { token, username: 'ada', password: 'correct horse battery' });
    const to = await this.post('/host?/create', { title: 'Evidence', requestId: randomUUID() });
    return to.split('/').at(-1) ?? '';
  }

  /** @param sign what the room's screen shows, where the door is guarded */
  join(
    code: string,
    nickname: string,
    requestId: string = randomUUID(),
    sign: readonly Shape[] = [],
  ): Promise<string> {
    const shapes = sign.map((shape, place) => [SIGN_FIELDS[place] ?? '', shape] as const);
    return this.post(`/join/${code}`, { nickname, requestId, ...Object.fromEntries(shapes) });
  }

  async submit(code: string, runId: string, sent: Sent): Promise<Answer> {
    const form = new FormData();
    if (sent.round) form.set('round', sent.round);
    form.set('recipe', JSON.stringify(sent.recipe));
    form.set('report', JSON.stringify(sent.report));
    form.set('artifact', new Blob([sent.artifact]), 'artifact.safetensors');
    const response = await fetch(`${this.#url}/api/sessions/${code}/submissions/${runId}`, {
      method: 'PUT',
      headers: { origin: this.#url, cookie: this.cookie },
      body: form,
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  async leaderboard(code: string): Promise<LeaderboardDocument> {
    const response = await fetch(`${this.#url}/api/sessions/${code}/leaderboard.json`);
    return (await response.json()) as LeaderboardDocument;
  }

  open(code: string, role: Hello['role']): Screen {
    return new Screen(this.#url, code, role, this.cookie);
  }
}

/** One open screen: follows the session through the product's own reducer, over reconnections too. */
export class Screen {
  state: SessionState | null = null;
  /** What a guarded door asks for; hosts and projectors only. */
  sign: Sign | null = null;
  readonly #socket: Socket<ServerToClient, ClientToServer>;

  constructor(url: string, code: string, role: Hello['role'], cookie: string) {
    this.#socket = io(url, {
      forceNew: true,
      transports: ['websocket'],
      reconnectionDelay: 100,
      reconnectionDelayMax: 500,
      extraHeaders: { cookie, origin: url },
      auth: (give) =>
        give({ protocol: PROTOCOL_VERSION, code, role, lastSeq: this.state?.seq ?? 0 }),
    });
    this.#socket.on('session:snapshot', (state) => (this.state = state));
    this.#socket.on('door:sign', (sign) => (this.sign = sign));
    this.#socket.on('session:events', (events) => {
      if (this.state) this.state = events.reduce(reduceSession, this.state);
    });
    // A server that was refused for a moment, not for good: socket.io stops after such an answer.
    this.#socket.on('connect_error', () => {
      if (!this.#socket.active) setTimeout(() => this.#socket.connect(), 200);
    });
  }

  startRound(challenge: Challenge): Promise<Round> {
    return this.#request<Round>('round:start', { challenge });
  }

  /** @returns how many seats that never connected were closed */
  sweep(): Promise<number> {
    return this.#request<number>('participants:sweep', {});
  }

  /** @returns the path of a co-host's link */
  invite(): Promise<string> {
    return this.#request<string>('host:invite', {});
  }

  async endRound(): Promise<void> {
    await this.#request('round:end', {});
  }

  /** Waits until the state it shows is as asked for. */
  async until(
    what: string,
    fits: (state: SessionState) => boolean,
    limitMs = 120_000,
  ): Promise<SessionState> {
    for (const end = Date.now() + limitMs; Date.now() < end; await pause(50))
      if (this.state && fits(this.state)) return this.state;
    throw new Error(`not within ${limitMs / 1000} s: ${what}`);
  }

  close(): void {
    this.#socket.disconnect();
  }

  /** Sent again under the same id until it is answered. */
  async #request<T>(event: string, message: object): Promise<T> {
    const requestId = randomUUID();
    for (;;) {
      try {
        const answer = await (
          this.#socket.timeout(3000) as unknown as {
            emitWithAck(event: string, message: object): Promise<Ack<T>>;
          }
        ).emitWithAck(event, { requestId, ...message });
        if (answer.ok) return answer.value;
        throw new Refused(answer.error);
      } catch (error) {
        if (error instanceof Refused) throw error;
        await pause(100);
      }
    }
  }
}

class Refused extends Error {
  override name = 'Refused';
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
