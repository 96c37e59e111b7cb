/** Who hosts a session: its owner, and co-hosts who came in by a one-time link. One of them leads. */
import { and, eq, gt, isNull, lte } from 'drizzle-orm';
import type { HostName } from '../../src/lib/live/protocol.ts';
import type { SessionState } from '../../src/lib/live/session.ts';
import type { Database, Transaction } from '../db/index.ts';
import { hostInvitations, sessionHosts } from '../db/schema.ts';
import { Refusal } from '../refusal.ts';
import { hashToken, tokenOf } from '../tokens.ts';
import { once } from './class-commands.ts';
import type { Rooms } from './rooms.ts';
import type { SessionRoom } from './session-room.ts';

/** A link that nobody has used is worth nothing after this, in ms. */
const INVITATION_LIFE = 24 * 60 * 60_000;
/** As many as find each other on one page. */
const MAX_CO_HOSTS = 12;

export function mayHost({ meta, state }: SessionRoom, userId: string): boolean {
  // A session without a host has an empty one.
  return userId !== '' && (userId === meta.hostId || state.hosts[userId] !== undefined);
}

/** The account that leads. */
export function leadOf({ meta, state }: SessionRoom): string {
  return state.leadId ?? meta.hostId;
}

/** @throws {Refusal} 409 naming who leads: two people at once would move the class back and forth */
export function refuseFollower(room: SessionRoom, userId: string): void {
  const lead = leadOf(room);
  if (lead === userId) return;
  const name = room.state.hosts[lead]?.name ?? room.meta.hostName;
  throw new Refusal(409, `${name} leads the class. Take the lead to do this.`);
}

const USED = 'This link was used already or has expired. Ask the host for a new one.';

export class Hosts {
  readonly #db: Database;
  readonly #rooms: Rooms;
  readonly #now: () => number;

  constructor(db: Database, rooms: Rooms, now: () => number) {
    this.#db = db;
    this.#rooms = rooms;
    this.#now = now;
  }

  /**
   * @param invitedBy the host who asks
   * @returns the path of a link that makes one co-host; the same for a repeat of the request
   */
  async invite(room: SessionRoom, requestId: string, invitedBy: string): Promise<string> {
    const token = tokenOf(requestId);
    const expiresAt = new Date(this.#now() + INVITATION_LIFE);
    await this.#db
      .insert(hostInvitations)
      .values({ tokenHash: hashToken(token), sessionId: room.meta.id, invitedBy, expiresAt })
      .onConflictDoNothing();
    return `/cohost/${token}`;
  }

  /**
   * The session that a link leads to: an unused one everybody, a used one still the co-host that it made, to whom the
   * answer may have got lost. Null for any other.
   * @param accountId of whoever opens it; null while nobody is signed in
   */
  async invitedTo(token: string, accountId: string | null): Promise<SessionRoom | null> {
    const [row] = await this.#db.select().from(hostInvitations).where(this.#current(token));
    const room = row ? await this.#rooms.byId(row.sessionId) : null;
    if (!row || !room || (row.usedBy !== null && row.usedBy !== accountId)) return null;
    // Who made an unused one may have been removed while it was being stored; who used one, since.
    return mayHost(room, row.usedBy ?? row.invitedBy) ? room : null;
  }

  /**
   * Makes an account a co-host and spends the link. Done again it changes nothing.
   * @returns the session's join code
   * @throws {Refusal} 400 for a link that somebody else has used or that is none · 409 when there are enough
   */
  async accept(token: string, host: HostName): Promise<string> {
    const room = await this.invitedTo(token, host.id);
    if (!room) throw new Refusal(400, USED);
    if (mayHost(room, host.id)) return room.meta.code;
    return room.change((state) => {
      if (state.hosts[host.id]) return { events: [], value: room.meta.code };
      if (Object.keys(state.hosts).length >= MAX_CO_HOSTS)
        throw new Refusal(409, `This session has ${MAX_CO_HOSTS} co-hosts already.`);
      const at = this.#now();
      return {
        events: [{ type: 'host:added', at, host }],
        write: async (tx) => {
          const spent = await tx
            .update(hostInvitations)
            .set({ usedBy: host.id })
            .where(and(this.#current(token), isNull(hostInvitations.usedBy)))
            .returning();
          if (spent.length === 0) throw new Refusal(400, USED);
          await tx
            .insert(sessionHosts)
            .values({ sessionId: room.meta.id, userId: host.id, addedAt: new Date(at) });
        },
        value: room.meta.code,
      };
    });
  }

  /** Forgets links that have expired. */
  async forgetExpired(): Promise<void> {
    await this.#db
      .delete(hostInvitations)
      .where(lte(hostInvitations.expiresAt, new Date(this.#now())));
  }

  #current(token: string) {
    return and(
      eq(hostInvitations.tokenHash, hashToken(token)),
      gt(hostInvitations.expiresAt, new Date(this.#now())),
    );
  }
}

/** Takes an account from a session's hosts, and back the links that it has made and nobody has used. */
export async function dropHost(tx: Transaction, sessionId: string, userId: string): Promise<void> {
  await tx
    .delete(sessionHosts)
    .where(and(eq(sessionHosts.sessionId, sessionId), eq(sessionHosts.userId, userId)));
  await tx
    .delete(hostInvitations)
    .where(
      and(
        eq(hostInvitations.sessionId, sessionId),
        eq(hostInvitations.invitedBy, userId),
        isNull(hostInvitations.usedBy),
      ),
    );
}

interface HostRequest {
  requestId: string;
  hostId: string;
}

/** @param by the account that asks: only the owner removes others */
export const removeHost = (
  room: SessionRoom,
  { requestId, hostId }: HostRequest,
  by: string,
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'host:removed', (state) => {
    if (by !== room.meta.hostId && by !== hostId)
      throw new Refusal(403, 'Only the owner of this session removes a co-host.');
    needCoHost(state, hostId);
    return {
      event: { type: 'host:removed', at: now(), hostId },
      write: (tx) => dropHost(tx, room.meta.id, hostId),
    };
  });

/** Passes the lead to a host, or takes it from whoever has it. */
export const passLead = (
  room: SessionRoom,
  { requestId, hostId }: HostRequest,
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'lead:passed', (state) => {
    if (hostId !== room.meta.hostId) needCoHost(state, hostId);
    return leadOf(room) === hostId ? null : { event: { type: 'lead:passed', at: now(), hostId } };
  });

function needCoHost(state: SessionState, hostId: string): void {
  if (!state.hosts[hostId]) throw new Refusal(404, 'This session has no such co-host.', 'hostId');
}
