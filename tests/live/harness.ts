/** A real server on an in-memory PGlite, with real sockets; only the evaluator is the test's own. */
import { createServer, type Server } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import { AUTH_COOKIE, seatCookie } from '../../server/http/cookies.ts';
import { guardHeaders } from '../../server/http/headers.ts';
import type { DatabaseLocation } from '../../server/db/index.ts';
import { createLogger } from '../../server/log.ts';
import { createRoot, type Root } from '../../server/root.ts';
import { uploadListener } from '../support/upload-listener.ts';
import type { Evaluator } from '../../server/verifier/evaluator.ts';
import { defaultRecipe } from '../../src/lib/engine/formats/recipe.ts';
import { defaultChallenge } from '../../src/lib/live/challenge.ts';
import {
  PROTOCOL_VERSION,
  type Ack,
  type ClientToServer,
  type Hello,
  type ServerToClient,
} from '../../src/lib/live/protocol.ts';
import type { Participant, Round, SessionEvent } from '../../src/lib/live/session.ts';

export type Client = Socket<ServerToClient, ClientToServer>;

/** An evaluator that does what `evaluate` says and, like the real one, drops its job when it is closed. */
export function evaluatorOf(evaluate: Evaluator['evaluate']): Evaluator {
  let close = () => {};
  const closed = new Promise<never>((_, reject) => {
    close = () => reject(new Error('closed'));
  });
  closed.catch(() => {});
  return {
    evaluate: (job) => Promise.race([evaluate(job), closed]),
    close: () => Promise.resolve(close()),
  };
}

/** Never answers: submissions stay provisional. */
const silentEvaluator = (): Evaluator => evaluatorOf(() => new Promise(() => {}));

export class TestServer {
  readonly root: Root;
  readonly server: Server;
  readonly url: string;
  readonly #clients: Client[] = [];

  private constructor(root: Root, server: Server) {
    this.root = root;
    this.server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(
    options: {
      database?: DatabaseLocation;
      evaluator?: Evaluator;
      now?: () => number;
      rehearsalPace?: number;
    } = {},
  ): Promise<TestServer> {
    const root = await createRoot({
      database: options.database ?? { kind: 'pglite', folder: null },
      folder: null,
      log: createLogger('silent'),
      now: options.now ?? Date.now,
      evaluator: () => options.evaluator ?? silentEvaluator(),
      ...(options.rehearsalPace === undefined ? {} : { rehearsalPace: options.rehearsalPace }),
    });
    const server = createServer(uploadListener(root));
    root.hub.attach(server);
    guardHeaders(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TestServer(root, server);
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.root.close();
  }

  /** A session and its host's cookie. */
  async session(): Promise<{ code: string; hostCookie: string }> {
    const path = await this.root.accounts.issueSetupPath();
    const host = await this.root.accounts.setUpInstructor(path.split('token=')[1]!, {
      username: `host-${randomUUID().slice(0, 8)}`,
      password: 'a long password',
    });
    const { id } = await this.root.sessions.create(host.id);
    const { code } = await this.root.rooms.create(host.id, 'Test session', null);
    return { code, hostCookie: `${AUTH_COOKIE}=${id}` };
  }

  async join(
    code: string,
    nickname: string,
    requestId: string | null = null,
  ): Promise<{ participant: Participant; cookie: string }> {
    const room = (await this.root.rooms.byCode(code))!;
    const { participant, token } = await this.root.seats.join(room, nickname, null, requestId);
    return { participant, cookie: `${seatCookie(code)}=${token}` };
  }

  connect(
    code: string,
    role: Hello['role'],
    cookie: string,
    options: { lastSeq?: number; transports?: string[]; origin?: string; hello?: object } = {},
  ): Client {
    const { lastSeq = 0, transports = ['websocket'], origin, hello } = options;
    const client: Client = io(this.url, {
      transports,
      forceNew: true,
      reconnection: false,
      extraHeaders: { cookie, ...(origin ? { origin } : {}) },
      auth: hello ?? { protocol: PROTOCOL_VERSION, code, role, lastSeq },
    });
    this.#clients.push(client);
    return client;
  }
}

/** The next `event`, or the first that `fits`. Rejects when the connection is refused. */
export function next<E extends keyof ServerToClient>(
  client: Client,
  event: E,
  fits: (...args: Parameters<ServerToClient[E]>) => boolean = () => true,
): Promise<Parameters<ServerToClient[E]>> {
  return new Promise((resolve, reject) => {
    const listener = (...args: Parameters<ServerToClient[E]>) => {
      if (!fits(...args)) return;
      client.off(event, listener as never);
      resolve(args);
    };
    client.on(event, listener as never);
    client.once('connect_error', reject);
  });
}

/** The next event of a type, whatever else is gathered in its message. */
export async function nextEvent<T extends SessionEvent['type']>(
  client: Client,
  type: T,
): Promise<Extract<SessionEvent, { type: T }>> {
  const isWanted = (event: SessionEvent): event is Extract<SessionEvent, { type: T }> =>
    event.type === type;
  const [events] = await next(client, 'session:events', (message) =>
    message.some(({ event }) => isWanted(event)),
  );
  return events.map(({ event }) => event).find(isWanted)!;
}

export const refusal = (client: Client): Promise<string> =>
  new Promise((resolve, reject) => {
    client.once('connect_error', (error) => resolve(error.message));
    client.once('connect', () => reject(new Error('it was admitted')));
  });

/** Sends anything at all, as a client of another make could. */
export const send = <T = undefined>(
  client: Client,
  event: string,
  ...args: unknown[]
): Promise<Ack<T>> =>
  (
    client.timeout(5000) as unknown as { emitWithAck(...all: unknown[]): Promise<Ack<T>> }
  ).emitWithAck(event, ...args);

export async function startRound(client: Client, requestId = randomUUID()): Promise<Round> {
  const answer = await send<Round>(client, 'round:start', {
    requestId,
    challenge: defaultChallenge(),
  });
  if (!answer.ok) throw new Error(answer.error);
  return answer.value;
}

/** A submission whose artifact is a safetensors file of one 2×3 tensor. */
export function upload(runId: string = randomUUID(), accuracy: number | null = 0.5) {
  const header = JSON.stringify({ w: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] } });
  const artifact = new Uint8Array(8 + header.length + 24);
  new DataView(artifact.buffer).setBigUint64(0, BigInt(header.length), true);
  artifact.set(new TextEncoder().encode(header), 8);
  return {
    runId,
    recipe: JSON.stringify(defaultRecipe()),
    report: JSON.stringify({ accuracy, trainingSeconds: 12, backend: 'wasm' }),
    artifact,
    roundId: null,
  };
}
