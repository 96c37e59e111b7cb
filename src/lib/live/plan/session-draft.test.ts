import { expect, it } from 'vitest';
import { newActivity } from '../plan.ts';
import type { Ack } from '../protocol.ts';
import { SessionDraft } from './session-draft.svelte.ts';

const [ONE, TWO] = [[newActivity('poll', 'p1')], [newActivity('lab', 'l1')]];
const DONE: Ack = { ok: true, value: undefined };
const REFUSED: Ack = { ok: false, error: 'The plan was saved from another page.' };

it('S-34: a draft is saved over the plan that it began from, and waits when another one was saved since', async () => {
  const draft = new SessionDraft();
  draft.edit(ONE, { planSeq: 3 });
  expect(draft.isOvertaken({ planSeq: 3 })).toBe(false);
  draft.edit(TWO, { planSeq: 7 });
  expect(draft.isOvertaken({ planSeq: 7 })).toBe(true);

  const sent: unknown[] = [];
  const send = (answer: Ack) => (plan: unknown, basedOn: number) => {
    sent.push([plan, basedOn]);
    return Promise.resolve(answer);
  };
  expect(await draft.save(send(REFUSED), () => ({ planSeq: 7 }))).toBe(REFUSED);
  expect(draft.plan).toBe(TWO);
  expect(draft.isOvertaken({ planSeq: 7 })).toBe(true);
  // In the other one's place, once the host has said so.
  expect(await draft.save(send(DONE), () => ({ planSeq: 8 }), 7)).toBe(DONE);
  expect(draft.plan).toBeNull();
  expect(sent).toEqual([
    [TWO, 3],
    [TWO, 7],
  ]);
});

it('S-34: what is edited while a draft is being saved stays, and is not overtaken by that saving', async () => {
  const draft = new SessionDraft();
  draft.edit(ONE, { planSeq: 3 });
  await draft.save(
    () => {
      draft.edit(TWO, { planSeq: 4 });
      expect(draft.isOvertaken({ planSeq: 4 })).toBe(false);
      return Promise.resolve(DONE);
    },
    () => ({ planSeq: 4 }),
  );
  expect(draft.plan).toBe(TWO);
  expect(draft.isOvertaken({ planSeq: 4 })).toBe(false);
  expect(draft.isOvertaken({ planSeq: 5 })).toBe(true);
});
