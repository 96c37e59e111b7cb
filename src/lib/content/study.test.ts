import { describe, expect, it } from 'vitest';
import { notesDocument } from './notes.ts';
import { SignedOut } from './study-account.ts';
import { studyKey, type StudyRecord } from './study-record.ts';
import { account, device, kept, record } from './study-testing.ts';
import { Study } from './study.svelte.ts';
import { GUEST, takenAlong } from './study.ts';

const NOTE = 'note/a/s';

describe('study records (A-9)', () => {
  it('are read back, and written as they change', async () => {
    const storage = device(kept({}));
    const study = new Study({ storage, now: () => 5 });
    await study.open();
    expect(study.state).toBe('kept');
    expect(study.note('a', 's')).toBe('stored');
    study.set('note', 'a', 's', 'changed');
    expect(study.note('a', 's')).toBe('changed');
    expect(storage.all()).toEqual([kept({ value: 'changed', updatedAt: 5 })]);
    expect(study.account).toBe('none');
  });

  it('keep what was typed before the storage was read, and join it with what was kept (A-37)', async () => {
    const storage = device(kept({ updatedAt: 1 }));
    const study = new Study({ storage, now: () => 5 });
    const opening = study.open();
    study.set('note', 'a', 's', 'typed');
    await opening;
    expect(study.note('a', 's')).toBe('typed\n\n---\n\nstored');
    expect(storage.all().map(({ value }) => value)).toEqual(['typed\n\n---\n\nstored']);
    study.set('note', 'a', 's', 'rewritten');
    expect((await storage.load(GUEST)).map(({ value }) => value)).toEqual(['rewritten']);
  });

  it('hold without storage, and say that they are not kept', async () => {
    const blocked = () => Promise.reject(new Error('blocked'));
    const storage = { load: blocked, save: blocked, takeAlong: blocked, forget: blocked };
    const study = new Study({ storage });
    study.set('note', 'a', 's', 'typed');
    await study.open();
    expect(study.state).toBe('blocked');
    expect(study.note('a', 's')).toBe('typed');
  });

  it('count sections read, and take back an answer', async () => {
    const study = new Study({ storage: device() });
    study.set('read', 'a', 'one', true);
    expect(study.readOf('a', [{ id: 'one' }, { id: 'two' }])).toBe(1);
    study.set('answer', 'a', 'q', [0, 2]);
    expect(study.answer('a', 'q')).toEqual([0, 2]);
    study.set('answer', 'a', 'q', null);
    expect(study.answer('a', 'q')).toBeNull();
    expect(study.records.map(({ kind }) => kind)).toEqual(['read']);
  });

  it('take what an older version stored otherwise for nothing', async () => {
    const study = new Study({
      storage: device(kept({ value: 3 }), kept({ kind: 'answer', value: 'x' })),
    });
    await study.open();
    expect([study.note('a', 's'), study.answer('a', 's')]).toEqual(['', null]);
  });
});

describe('study records of an account', () => {
  const owner = 'ada';

  it('come from the account, and go there (A-30)', async () => {
    const server = account(record({ value: 'from elsewhere', updatedAt: 3 }));
    const storage = device();
    const study = new Study({ owner, storage, account: server, now: () => 9 });
    await study.open();
    expect(study.note('a', 's')).toBe('from elsewhere');
    study.set('note', 'a', 's', 'changed here');
    expect(study.unsent).toBe(1);
    await study.send();
    expect(server.get(NOTE)).toBe('changed here');
    expect([study.unsent, study.account]).toEqual([0, 'kept']);
    expect(storage.all()).toMatchObject([{ owner, value: 'changed here', unsent: false }]);
  });

  it('that were changed offline are kept and sent later, by the next page too (A-31)', async () => {
    const server = account();
    const storage = device();
    server.fails = new TypeError('offline');
    const study = new Study({ owner, storage, account: server, now: () => 9 });
    await study.open();
    study.set('note', 'a', 's', 'offline');
    await study.send();
    expect([study.account, study.state]).toEqual(['unreachable', 'kept']);
    server.fails = new SignedOut();
    await study.send();
    expect(study.account).toBe('signed-out');

    server.fails = null;
    const next = new Study({ owner, storage, account: server, now: () => 10 });
    await next.open();
    expect([server.get(NOTE), next.unsent, next.account]).toEqual(['offline', 0, 'kept']);
  });

  it('give way to what another device wrote later, and win over what it wrote before (A-30)', async () => {
    const server = account(record({ value: 'later', updatedAt: 20 }));
    const early = kept({ owner, value: 'early', updatedAt: 10, unsent: true });
    const study = new Study({ owner, storage: device(early), account: server });
    await study.open();
    expect([study.note('a', 's'), server.get(NOTE)]).toEqual(['later', 'later']);

    const late = kept({ owner, value: 'latest', updatedAt: 30, unsent: true });
    const other = new Study({ owner, storage: device(late), account: server });
    await other.open();
    expect([other.note('a', 's'), server.get(NOTE)]).toEqual(['latest', 'latest']);
  });

  it('are later than what they replace, whatever the clock says (A-30)', async () => {
    const server = account(record({ value: 'of a clock ahead', updatedAt: 1000 }));
    const study = new Study({ owner, storage: device(), account: server, now: () => 5 });
    await study.open();
    study.set('note', 'a', 's', 'written after it');
    await study.send();
    expect(server.get(NOTE)).toBe('written after it');
  });

  it('of two people at one computer stay apart (A-33)', async () => {
    const storage = device(kept({ owner: 'bob', value: 'of Bob' }), kept({ value: 'of a guest' }));
    const study = new Study({ owner, storage, account: account() });
    await study.open();
    expect(study.records).toEqual([]);
    study.set('note', 'a', 's', 'of Ada');
    expect(storage.all().map(({ value }) => value)).toEqual(['of Bob', 'of a guest', 'of Ada']);
  });

  it('that are too long stay on the device, with the reason, and hold up no other (A-34)', async () => {
    const server = account();
    const study = new Study({ owner, storage: device(), account: server });
    await study.open();
    study.set('note', 'a', 's', 'x'.repeat(20_001));
    study.set('note', 'a', 't', 'short');
    await study.send();
    expect(study.refusal({ kind: 'note', lesson: 'a', section: 's' })).toMatch(/20,000/);
    expect(server.pushed.map(({ value }) => value)).toEqual(['short']);
    study.set('note', 'a', 's', 'shorter');
    await study.send();
    expect(study.refusal({ kind: 'note', lesson: 'a', section: 's' })).toBeNull();
    expect(server.get(NOTE)).toBe('shorter');
  });
});

describe('what a guest takes along (A-32)', () => {
  const own = (...records: StudyRecord[]) => new Map(records.map((one) => [studyKey(one), one]));
  const values = (guest: StudyRecord, ...held: StudyRecord[]) =>
    takenAlong('ada', [guest], own(...held), 50).map(({ value }) => value);

  it('is theirs from then on, and to be sent', () => {
    expect(takenAlong('ada', [record({})], own(), 50)).toEqual([
      kept({ owner: 'ada', unsent: true }),
    ]);
  });

  it('is the later of two records of one thing', () => {
    const at = (updatedAt: number, value: unknown) => record({ kind: 'answer', updatedAt, value });
    expect(values(at(2, [1]), at(1, [0]))).toEqual([[1]]);
    expect(values(at(1, [1]), at(2, [0]))).toEqual([]);
    expect(values(at(1, [1]), at(2, null))).toEqual([[1]]);
    // The account would refuse what is earlier than what it took back.
    const back = takenAlong('ada', [at(1, [1])], own(at(2, null)), 50);
    expect(back.map(({ updatedAt }) => updatedAt)).toEqual([3]);
  });

  it('joins two notes on one section, so that neither is lost', () => {
    const at = (updatedAt: number, value: string) => record({ updatedAt, value });
    expect(values(at(1, 'guest'), at(2, 'account'))).toEqual(['account\n\n---\n\nguest']);
    expect(values(at(2, 'guest'), at(1, 'account'))).toEqual(['guest\n\n---\n\naccount']);
    expect(values(at(1, 'same'), at(2, 'same and more'))).toEqual([]);
    expect(values(at(2, 'same and more'), at(1, 'same'))).toEqual(['same and more']);
    expect(values(at(2, ''), at(1, 'account'))).toEqual([]);
  });
});

it('notes leave as one Markdown file in the order of the course (A-8)', () => {
  const course = [
    {
      slug: 'a',
      number: '01',
      title: 'First',
      sections: [
        { id: 's', title: 'S' },
        { id: 't', title: 'T' },
      ],
    },
    { slug: 'b', number: '02', title: 'Second', sections: [] },
    { slug: 'c', number: '03', title: 'Third', sections: [] },
  ];
  const records = [
    record({ lesson: 'b', section: 'gone', value: 'old' }),
    record({ section: 't', value: 'later\n' }),
    record({ section: 's', value: '- sooner' }),
    record({ section: 'u', value: '   ' }),
    record({ kind: 'read', value: true }),
  ];
  expect(notesDocument(records, course)).toBe(
    '# Notes\n\n## 01 First\n\n### S\n\n- sooner\n\n### T\n\nlater\n\n## 02 Second\n\n### gone\n\nold\n',
  );
});
