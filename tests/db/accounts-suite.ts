/** Accounts, run once on each kind of database. */
import { eq } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Accounts } from '../../server/auth/accounts.ts';
import { deleteAccount } from '../../server/auth/delete-account.ts';
import { exportAccount } from '../../server/auth/export-account.ts';
import { createAuthSessions } from '../../server/auth/sessions.ts';
import { openDatabase, type DatabaseLocation, type OpenDatabase } from '../../server/db/index.ts';
import { participants, passes, sessionEvents } from '../../server/db/schema.ts';
import { endSession, startRound } from '../../server/live/host-commands.ts';
import { Hosts } from '../../server/live/hosts.ts';
import { Rooms } from '../../server/live/rooms.ts';
import { Seats } from '../../server/live/seats.ts';
import { ClassCodes } from '../../server/passes/class-codes.ts';
import { Passes } from '../../server/passes/passes.ts';
import { StudyRecords } from '../../server/study/records.ts';
import { receiveSubmission } from '../../server/submissions/receive.ts';
import type { StudyRecord } from '../../src/lib/content/study-record.ts';
import { defaultChallenge } from '../../src/lib/live/challenge.ts';
import { upload } from '../live/harness.ts';

const PASSWORD = 'a long password';
const DAY = 86_400_000;

export function accountsSuite(kind: string, locate: () => Promise<DatabaseLocation>): void {
  describe(`accounts on ${kind}`, () => {
    let open: OpenDatabase;
    let now = Date.UTC(2026, 7, 31);
    const clock = () => now;
    beforeAll(async () => {
      open = await openDatabase(await locate());
    });
    afterAll(() => open.close());

    const accounts = () => new Accounts(open.db, clock);
    const student = () =>
      accounts().signUp({ username: `s-${randomUUID().slice(0, 8)}`, password: PASSWORD });
    const instructor = async () => {
      const path = await accounts().issueSetupPath();
      return accounts().setUpInstructor(path.split('token=')[1]!, {
        username: `i-${randomUUID().slice(0, 8)}`,
        password: PASSWORD,
      });
    };
    const tokenOf = ({ path }: { path: string }) => path.split('token=')[1]!;
    const study = () => new StudyRecords(open.db, clock);
    const record = (changes: Partial<StudyRecord> = {}): StudyRecord => ({
      kind: 'note',
      lesson: 'a',
      section: 's',
      value: 'text',
      updatedAt: 1,
      ...changes,
    });

    it('ends every sign-in when the password changes (I-19)', async () => {
      const ada = await student();
      const sessions = createAuthSessions(open.db);
      const signedIn = [await sessions.create(ada.id), await sessions.create(ada.id)];
      const change = (current: string, next: string) =>
        accounts().changePassword(ada.id, current, next);
      await expect(change('wrong', 'another password')).rejects.toMatchObject({
        status: 403,
        field: 'current',
      });
      await expect(change(PASSWORD, 'short')).rejects.toMatchObject({ field: 'password' });
      expect(await sessions.validate(signedIn[0]!.id)).not.toBeNull();
      await change(PASSWORD, 'another password');
      for (const { id } of signedIn) expect(await sessions.validate(id)).toBeNull();
      expect(await accounts().signIn(ada.username, PASSWORD)).toBeNull();
      expect(await accounts().signIn(ada.username, 'another password')).toEqual(ada);
    });

    it('resets a password by a link that works once, for a day (I-20, I-21)', async () => {
      const ada = await student();
      const host = await instructor();
      const sessions = createAuthSessions(open.db);
      const { id } = await sessions.create(ada.id);
      const old = tokenOf(await accounts().issueResetPath(ada.username.toUpperCase(), host));
      const link = tokenOf(await accounts().issueResetPath(ada.username, host));
      expect(await accounts().resetting(old)).toBeNull();
      expect(await accounts().resetting(link)).toBe(ada.username);
      const outcomes = await Promise.allSettled(
        ['first password', 'second password'].map((next) => accounts().resetPassword(link, next)),
      );
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await sessions.validate(id)).toBeNull();
      expect(await accounts().signIn(ada.username, PASSWORD)).toBeNull();

      const late = tokenOf(await accounts().issueResetPath(ada.username, host));
      now += DAY;
      expect(await accounts().resetting(late)).toBeNull();
      await expect(accounts().resetPassword(late, 'third password')).rejects.toMatchObject({
        status: 400,
      });
    });

    it('makes no instructor a link for another; the operator makes one for everybody (I-20)', async () => {
      const [one, other] = [await instructor(), await instructor()];
      const ask = (by: typeof one | null) => accounts().issueResetPath(other.username, by);
      await expect(ask(one)).rejects.toMatchObject({ status: 403 });
      await expect(accounts().issueResetPath('nobody', one)).rejects.toMatchObject({
        status: 404,
        field: 'username',
      });
      expect((await ask(other)).username).toBe(other.username);
      expect((await ask(null)).path).toMatch(/^\/reset\?token=/);
    });

    it('exports what is stored of an account, and deletes it, names and all (I-22, I-23)', async () => {
      const rooms = new Rooms(open.db, clock);
      const seats = new Seats(open.db, clock);
      const [host, ada] = [await instructor(), await student()];
      const made = await rooms.create(host.id, 'Class', null);
      const room = (await rooms.byId(made.id))!;
      const { participant, token } = await seats.join(room, 'Ada Lovelace', ada.id, null);
      await startRound(room, { requestId: randomUUID(), challenge: defaultChallenge() }, clock);
      await receiveSubmission(open.db, room, participant, upload(), clock);
      await study().keep(ada.id, { records: [record(), record({ kind: 'read', value: true })] });
      await new Passes(open.db, clock).grantTo(ada.username, randomUUID());
      const hosts = new Hosts(open.db, rooms, clock);
      const invitation = (await hosts.invite(room, randomUUID(), host.id)).split('/').at(-1)!;
      await hosts.accept(invitation, { id: ada.id, name: ada.username });

      const { id: participantId } = participant;
      const given = { activityId: randomUUID(), participantId, answer: 1 };
      await room.change(() => ({
        events: [{ type: 'answer:given', at: now, ...given }],
        value: undefined,
      }));
      const codes = new ClassCodes(open.db, new Passes(open.db, clock), clock);
      await codes.create(host.id, randomUUID(), { uses: '5', endsOn: '2026-12-31' });
      expect((await exportAccount(open.db, study(), host.id)).classCodes).toMatchObject([
        { uses: 5, used: 0 },
      ]);

      const document = await exportAccount(open.db, study(), ada.id);
      expect(document.coHosted).toMatchObject([{ code: made.code }]);
      expect(document.answers).toEqual([
        { seat: participantId, activity: given.activityId, answer: 1, at: now },
      ]);
      expect(document.account?.username).toBe(ada.username);
      expect(document.sessions).toMatchObject([{ nickname: 'Ada Lovelace', code: made.code }]);
      expect(document.runs[0]?.recipe).toMatchObject({ task: 'definition-domain' });
      expect(document.submissions).toMatchObject([{ status: 'provisional' }]);
      expect(document.notes).toMatchObject([{ value: 'text' }]);
      expect(document.study).toMatchObject([{ kind: 'read', value: true }]);
      expect(document.passes).toMatchObject([{ source: 'instructor' }]);
      expect(JSON.stringify(document)).not.toMatch(/argon2|passwordHash/);

      const deps = { db: open.db, rooms, now: clock };
      await expect(deleteAccount(deps, host.id)).rejects.toMatchObject({ status: 409 });
      await deleteAccount(deps, ada.id);
      expect(await accounts().signIn(ada.username, PASSWORD)).toBeNull();
      expect(await study().of(ada.id)).toEqual([]);
      expect(await open.db.select().from(passes).where(eq(passes.userId, ada.id))).toEqual([]);
      const events = await open.db
        .select()
        .from(sessionEvents)
        .where(eq(sessionEvents.sessionId, made.id));
      const rows = await open.db
        .select()
        .from(participants)
        .where(eq(participants.sessionId, made.id));
      for (const stored of [events, rows, (await new Rooms(open.db, clock).byId(made.id))!.state]) {
        const text = JSON.stringify(stored);
        expect(text).not.toContain('Lovelace');
        expect(text).not.toContain(ada.username);
      }
      // The class keeps the result, and the log replays to the state that is in memory.
      const again = (await new Rooms(open.db, clock).byId(made.id))!;
      expect(again.state).toEqual(room.state);
      expect(Object.values(again.state.participants)).toMatchObject([
        { nickname: `Former student ${participant.id.slice(0, 8)}` },
      ]);
      // No browser holds the seat any more, and nobody gets it by signing in there.
      expect(await seats.holder(room, token)).toBeNull();
      expect(await seats.guests([token])).toEqual([]);
      const next = await student();
      await seats.claim([token], next.id);
      expect((await exportAccount(open.db, study(), next.id)).sessions).toEqual([]);
    });

    it('deletes who co-hosted and sat in a session that has ended, names and all (I-23)', async () => {
      const rooms = new Rooms(open.db, clock);
      const hosts = new Hosts(open.db, rooms, clock);
      const [host, helper] = [await instructor(), await student()];
      const room = (await rooms.byId((await rooms.create(host.id, 'Class', null)).id))!;
      const invitation = (await hosts.invite(room, randomUUID(), host.id)).split('/').at(-1)!;
      await hosts.accept(invitation, { id: helper.id, name: helper.username });
      await new Seats(open.db, clock).join(room, 'Ada Lovelace', helper.id, null);
      await endSession(room, { requestId: randomUUID() }, clock);
      await deleteAccount({ db: open.db, rooms, now: clock }, helper.id);

      expect(await accounts().signIn(helper.username, PASSWORD)).toBeNull();
      const events = await open.db
        .select()
        .from(sessionEvents)
        .where(eq(sessionEvents.sessionId, room.meta.id));
      expect(JSON.stringify(events)).not.toMatch(/Lovelace|s-[0-9a-f]{8}/);
      const again = (await new Rooms(open.db, clock).byId(room.meta.id))!;
      expect(again.state).toEqual(room.state);
      expect(again.state).toMatchObject({ phase: 'ended', hosts: {} });
    });

    it('keeps a hosted session for its class when its host is no more (I-23)', async () => {
      const rooms = new Rooms(open.db, clock);
      const host = await instructor();
      const made = await rooms.create(host.id, 'Class', null);
      const room = (await rooms.byId(made.id))!;
      await endSession(room, { requestId: randomUUID() }, clock);
      await deleteAccount({ db: open.db, rooms, now: clock }, host.id);
      const again = (await new Rooms(open.db, clock).byCode(made.code))!;
      expect(again.meta).toMatchObject({ hostId: '', hostName: 'its owner' });
    });
  });
}
