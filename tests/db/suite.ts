/** What the server asks of a database, run once on each kind. */
import { eq } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthSessions } from '../../server/auth/sessions.ts';
import { openDatabase, type DatabaseLocation, type OpenDatabase } from '../../server/db/index.ts';
import {
  artifacts,
  authSessions,
  sessionEvents,
  setupTokens,
  users,
} from '../../server/db/schema.ts';
import { Arrivals, SILENT_AFTER } from '../../server/live/arrivals.ts';
import { attendanceOf } from '../../server/live/attendance.ts';
import { endRound, startRound } from '../../server/live/host-commands.ts';
import { Rooms } from '../../server/live/rooms.ts';
import { Seats } from '../../server/live/seats.ts';
import { deploymentSecret } from '../../server/settings.ts';
import { receiveSubmission } from '../../server/submissions/receive.ts';
import { VerificationQueue } from '../../server/verifier/queue.ts';
import { defaultChallenge } from '../../src/lib/live/challenge.ts';
import { upload } from '../live/harness.ts';

import { classSuite } from './class-suite.ts';
import { accountsIn, instructorIn, PASSWORD, roomIn } from './people.ts';

export function databaseSuite(kind: string, locate: () => Promise<DatabaseLocation>): void {
  describe(kind, () => {
    let open: OpenDatabase;
    let location: DatabaseLocation;
    beforeAll(async () => {
      location = await locate();
      open = await openDatabase(location);
    });
    afterAll(() => open.close());

    const accounts = () => accountsIn(open.db);
    const instructor = () => instructorIn(open.db);
    const room = () => roomIn(open.db);

    it('answers', () => open.ping());

    it('keeps one account for Ada and ada, and its password hashed (I-2)', async () => {
      const ada = await accounts().signUp({ username: 'Ada', password: PASSWORD });
      expect(ada.role).toBe('student');
      await expect(
        accounts().signUp({ username: 'ada', password: PASSWORD }),
      ).rejects.toMatchObject({
        status: 400,
        field: 'username',
      });
      expect(await accounts().signIn('ADA', PASSWORD)).toEqual(ada);
      expect(await accounts().signIn('Ada', 'wrong')).toBeNull();
      expect(await accounts().signIn('nobody', PASSWORD)).toBeNull();
      const [row] = await open.db.select().from(users).where(eq(users.id, ada.id));
      expect(row?.passwordHash).toMatch(/^\$argon2id\$/);
    });

    it('lets a setup link work once, and only the newest (I-1)', async () => {
      const token = (path: string) => path.split('token=')[1]!;
      const old = token(await accounts().issueSetupPath());
      const link = token(await accounts().issueSetupPath());
      expect(await accounts().isSetupTokenValid(old)).toBe(false);
      const made = [1, 2].map((n) =>
        accounts().setUpInstructor(link, {
          username: `both-${n}-${kind.length}`,
          password: PASSWORD,
        }),
      );
      const outcomes = (await Promise.allSettled(made)).map(({ status }) => status);
      expect(outcomes.sort()).toEqual(['fulfilled', 'rejected']);
      expect(await open.db.select().from(setupTokens)).toEqual([]);
    });

    it('stores no session id that would sign anybody in (I-2)', async () => {
      const user = await instructor();
      const sessions = createAuthSessions(open.db);
      const { id } = await sessions.create(user.id);
      expect((await sessions.validate(id))?.user).toEqual(user);
      for (const row of await open.db.select().from(authSessions)) {
        expect(row.id).not.toBe(id);
        expect(await sessions.validate(row.id)).toBeNull();
      }
      await sessions.invalidate(id);
      expect(await sessions.validate(id)).toBeNull();
    });

    it('writes an event and its rows together or not at all (S-7)', async () => {
      const live = await room();
      await expect(
        live.change(() => ({
          events: [{ type: 'session:ended', at: 1 }],
          write: () => Promise.reject(new Error('full disk')),
          value: null,
        })),
      ).rejects.toThrow('full disk');
      expect(live.state.seq).toBe(0);
      const rows = await open.db
        .select()
        .from(sessionEvents)
        .where(eq(sessionEvents.sessionId, live.meta.id));
      expect(rows).toEqual([]);
    });

    it('numbers events without gaps when two servers append to one session (S-7)', async () => {
      const here = await room();
      const there = (await new Rooms(open.db, Date.now).byId(here.meta.id))!;
      const seats = new Seats(open.db, Date.now);
      await Promise.all([
        seats.join(here, 'Ada', null, null),
        seats.join(there, 'Grace', null, null),
      ]);
      const again = (await new Rooms(open.db, Date.now).byId(here.meta.id))!;
      expect(again.state.seq).toBe(2);
      expect(
        Object.values(again.state.participants)
          .map((p) => p.nickname)
          .sort(),
      ).toEqual(['Ada', 'Grace']);
    });

    it('keeps who has connected, and gives a guest’s open seats to one account (I-14, I-17)', async () => {
      const live = await room();
      let now = Date.now();
      const seats = new Seats(open.db, () => now);
      const arrivals = new Arrivals(open.db, () => now);
      const [ada, bob] = [
        await seats.join(live, 'Ada', null, null),
        await seats.join(live, 'Bob', null, null),
      ];
      arrivals.connected(live.meta.id, ada.participant.id);
      now += SILENT_AFTER + 1;
      expect(await arrivals.silent(live)).toEqual([bob.participant.id]);
      expect(await new Arrivals(open.db, () => now).silent(live)).toEqual([bob.participant.id]);

      const tokens = [ada.token, bob.token, 'of nobody'];
      const [first, second] = [await instructor(), await instructor()];
      expect(await seats.guests(tokens)).toHaveLength(2);
      await seats.claim([ada.token], first.id);
      await seats.claim(tokens, second.id);
      expect(await seats.guests(tokens)).toEqual([]);
      const nicknames = async (userId: string) =>
        (await attendanceOf(open.db, userId)).map(({ nickname }) => nickname);
      expect(await nicknames(first.id)).toEqual(['Ada']);
      expect(await nicknames(second.id)).toEqual(['Bob']);
    });

    it('makes one session for a request sent twice (S-11)', async () => {
      const rooms = new Rooms(open.db, Date.now);
      const [host, other] = [await instructor(), await instructor()];
      const requestId = randomUUID();
      const [first, second] = await Promise.all([
        rooms.create(host.id, 'Test', requestId),
        rooms.create(host.id, 'Test', requestId),
      ]);
      expect(second).toEqual(first);
      expect(await rooms.hostedBy(host.id)).toHaveLength(1);
      expect((await rooms.create(other.id, 'Test', requestId)).id).not.toBe(first.id);
    });

    it('keeps artifacts byte by byte and hands out each job once', async () => {
      const live = await room();
      const { participant } = await new Seats(open.db, Date.now).join(live, 'Ada', null, null);
      await startRound(live, { requestId: randomUUID(), challenge: defaultChallenge() }, Date.now);
      const uploads = [upload(undefined, 0.1), upload(undefined, 0.9), upload(undefined, null)];
      const ids: string[] = [];
      for (const what of uploads)
        ids.push(
          (await receiveSubmission(open.db, live, participant, what, Date.now)).submissionId,
        );
      await endRound(live, { requestId: randomUUID() }, Date.now);

      const queue = new VerificationQueue(open.db, Date.now);
      const leases = await Promise.all([
        queue.lease(60_000),
        queue.lease(60_000),
        queue.lease(60_000),
      ]);
      expect(new Set(leases.map((lease) => lease?.submissionId)).size).toBe(3);
      expect(await queue.lease(60_000)).toBeNull();
      expect(Buffer.from(await queue.artifact(ids[1]!))).toEqual(Buffer.from(uploads[1]!.artifact));

      await queue.putBack(leases[0]!);
      expect(await queue.lease(-1)).toMatchObject({
        submissionId: leases[0]!.submissionId,
        attempt: 1,
      });
      // That lease has run out already.
      const taken = (await queue.lease(60_000))!;
      expect(taken).toMatchObject({ submissionId: leases[0]!.submissionId, attempt: 2 });
      const finish = (attempt: number) =>
        open.db.transaction((tx) => queue.finish(tx, { ...taken, attempt }, {}));
      expect(await finish(1)).toBe(false);
      expect(await finish(2)).toBe(true);
      expect(await finish(2)).toBe(false);
      const sizes = await open.db.select({ id: artifacts.submissionId }).from(artifacts);
      expect(sizes).toHaveLength(3);
    });

    it('makes one secret however many ask, and migrates only once', async () => {
      const secrets = await Promise.all([1, 2, 3].map(() => deploymentSecret(open.db)));
      expect(secrets[0]).toHaveLength(32);
      for (const secret of secrets) expect(Buffer.from(secret)).toEqual(Buffer.from(secrets[0]!));
      if (location.kind === 'postgres') await (await openDatabase(location)).close();
    });

    classSuite(() => open.db);
  });
}
