import { describe, expect, it } from 'vitest';
import type { Example, Task } from '../../src/lib/engine/data/task.ts';
import { drawPrivateSplits, loadPrivateSplits, loadTask } from './splits.server.ts';

const task: Task = { id: 't', title: 't', description: 't', template: '{text}', labels: ['even', 'odd'] };
const pool: Example[] = Array.from({ length: 60 }, (_, i) => ({ text: `text ${i}`, label: i % 2 }));
const secret = new Uint8Array(32).fill(7);
const texts = (examples: Example[]) => examples.map(({ text }) => text);

describe('drawPrivateSplits', () => {
  it('draws balanced, disjoint splits, the same whatever the order of the pool', () => {
    const { liveTest, finalTest } = drawPrivateSplits(task, pool, new Set(), secret, 10);
    for (const split of [liveTest, finalTest])
      expect([0, 1].map((label) => split.filter((e) => e.label === label).length)).toEqual([10, 10]);
    expect(new Set([...texts(liveTest), ...texts(finalTest)]).size).toBe(40);
    expect(drawPrivateSplits(task, [...pool].reverse(), new Set(), secret, 10)).toEqual({ liveTest, finalTest });
  });

  it('differs with the secret (V-6)', () => {
    const other = drawPrivateSplits(task, pool, new Set(), new Uint8Array(32), 10);
    expect(texts(other.liveTest)).not.toEqual(texts(drawPrivateSplits(task, pool, new Set(), secret, 10).liveTest));
  });

  it('never draws a published text, nor one with two labels (V-6)', () => {
    const published = new Set(['text 0', 'text 1']);
    const doubtful = [...pool, { text: 'text 2', label: 1 }];
    const { liveTest, finalTest } = drawPrivateSplits(task, doubtful, published, secret, 14);
    const drawn = texts([...liveTest, ...finalTest]);
    for (const text of ['text 0', 'text 1', 'text 2']) expect(drawn).not.toContain(text);
  });

  it('says which label is short', () => {
    expect(() => drawPrivateSplits(task, pool, new Set(), secret, 16)).toThrow('"even" has 30');
  });
});

it('definition-domain yields 600 and 600 examples that are not public', async () => {
  const domains = await loadTask('definition-domain');
  const { liveTest, finalTest } = await loadPrivateSplits(domains, secret);
  expect([liveTest.length, finalTest.length]).toEqual([600, 600]);
});
