/** Study records of several pages, and of one that begins before the others have spoken. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { StudyDevice } from './study-device.ts';
import { account, device, kept, record } from './study-testing.ts';
import { Study } from './study.svelte.ts';
import type { KeptRecord, StudyStorage } from './study.ts';

const NOTE = 'note/a/s';

describe('a note typed before the account has answered (A-37)', () => {
  const owner = 'ada';
  const BOTH = 'typed\n\n---\n\nof years';

  it('joins the one that the account has, and goes there with it', async () => {
    const server = account(record({ value: 'of years', updatedAt: 3 }));
    const storage = device();
    server.fails = new TypeError('offline');
    const study = new Study({ owner, storage, account: server, now: () => 9 });
    await study.open();
    study.set('note', 'a', 's', 'ty');
    study.set('note', 'a', 's', 'typed');
    await study.send();
    server.fails = null;
    // What is sent next must not be the note alone.
    await study.send();
    expect([study.note('a', 's'), server.get(NOTE)]).toEqual([BOTH, BOTH]);
    expect(storage.all()).toMatchObject([{ value: BOTH, unsent: false }]);
    expect(server.pushed.map(({ value }) => value)).toEqual([BOTH]);
    study.set('note', 'a', 's', 'rewritten');
    await study.send();
    expect(server.get(NOTE)).toBe('rewritten');
  });

  it('does so on the next page too', async () => {
    const server = account(record({ value: 'of years', updatedAt: 3 }));
    const storage = device();
    server.fails = new TypeError('offline');
    const study = new Study({ owner, storage, account: server, now: () => 9 });
    study.set('note', 'a', 's', 'typed');
    await study.open();
    server.fails = null;
    await new Study({ owner, storage, account: server, now: () => 10 }).open();
    expect(server.get(NOTE)).toBe(BOTH);
  });

  it('erases none when it is erased again', async () => {
    const server = account(record({ value: 'of years', updatedAt: 3 }));
    const blind = kept({ owner, value: '', updatedAt: 9, unsent: true, blind: true });
    const study = new Study({ owner, storage: device(blind), account: server, now: () => 10 });
    await study.open();
    expect([study.note('a', 's'), study.unsent]).toEqual(['of years', 0]);
  });

  it('goes there alone where there is none, or none any more', async () => {
    for (const before of [[], [record({ value: '', updatedAt: 30 })]]) {
      const server = account(...before);
      const blind = kept({ owner, value: 'typed', updatedAt: 9, unsent: true, blind: true });
      const study = new Study({ owner, storage: device(blind), account: server, now: () => 10 });
      await study.open();
      expect([study.note('a', 's'), server.get(NOTE)]).toEqual(['typed', 'typed']);
    }
  });
});

describe('two pages of one browser (A-38)', () => {
  const ends: (() => void)[] = [];
  afterEach(() => ends.splice(0).forEach((end) => end()));

  async function page(storage: StudyStorage, now: number) {
    const study = new Study({ storage, now: () => now });
    await study.open();
    return study;
  }
  /** The device of a page, and what it hears. */
  function listening(owner: string, storage: StudyStorage) {
    const heard: KeptRecord[] = [];
    const other = new StudyDevice(owner, storage, {
      arrived: (records) => heard.push(...records),
      met: () => {},
      blocked: () => {},
    });
    ends.push(other.listen());
    return { other, values: () => heard.map(({ value }) => value) };
  }
  const stored = (storage: ReturnType<typeof device>) => storage.all().map(({ value }) => value);

  it('tell each other what they have stored, the guest’s pages too, and nobody else’s', async () => {
    const storage = device();
    const [a, b, ada] = ['', '', 'ada'].map((owner) => listening(owner, storage));
    b!.other.save([{ record: kept({ value: 'of B' }), over: 0 }]);
    await vi.waitFor(() => expect(a!.values()).toEqual(['of B']));
    expect([b!.values(), ada!.values()]).toEqual([[], []]);
  });

  it('take what the other has written later, and write over it', async () => {
    const storage = device();
    const a = await page(storage, 5);
    const b = await page(storage, 6);
    vi.stubGlobal('document', new EventTarget());
    vi.stubGlobal('addEventListener', () => {});
    vi.stubGlobal('removeEventListener', () => {});
    ends.push(a.follow(), b.follow(), () => vi.unstubAllGlobals());
    b.set('note', 'a', 's', 'a long note');
    await vi.waitFor(() => expect(a.note('a', 's')).toBe('a long note'));
    a.set('note', 'a', 's', 'a note');
    await vi.waitFor(() => expect(b.note('a', 's')).toBe('a note'));
    expect(stored(storage)).toEqual(['a note']);
  });

  it('lose no note where one was frozen and has heard of nothing', async () => {
    const storage = device();
    const frozen = await page(storage, 9);
    const other = await page(storage, 6);
    other.set('note', 'a', 's', 'a long note');
    frozen.set('note', 'a', 's', 'x');
    frozen.set('note', 'a', 's', 'xy');
    const both = 'xy\n\n---\n\na long note';
    await vi.waitFor(() => expect(stored(storage)).toEqual([both]));
    expect(frozen.note('a', 's')).toBe(both);
    frozen.set('note', 'a', 's', 'rewritten');
    await vi.waitFor(() => expect(stored(storage)).toEqual(['rewritten']));
  });

  it('keep the later of two answers, whoever writes last', async () => {
    const storage = device();
    const early = await page(storage, 5);
    const late = await page(storage, 9);
    late.set('answer', 'a', 'q', [1]);
    early.set('answer', 'a', 'q', [0]);
    await vi.waitFor(() => expect(early.answer('a', 'q')).toEqual([1]));
    expect(stored(storage)).toEqual([[1]]);
  });

  it('of an account send what was joined', async () => {
    const owner = 'ada';
    const [storage, server] = [device(), account()];
    const studies = [9, 6].map(
      (time) => new Study({ owner, storage, account: server, now: () => time }),
    );
    for (const study of studies) await study.open();
    const [frozen, other] = studies;
    other!.set('note', 'a', 's', 'a long note');
    await other!.send();
    frozen!.set('note', 'a', 's', 'x');
    await vi.waitFor(() => expect(frozen!.note('a', 's')).toMatch(/^x\n[^]*a long note$/));
    await frozen!.send();
    expect(server.get(NOTE)).toBe('x\n\n---\n\na long note');
    expect(stored(storage)).toEqual(['x\n\n---\n\na long note']);
  });
});
