import { describe, expect, it } from 'vitest';
import { channelLock } from './training-lock.ts';

describe('the lock of tabs without Web Locks (K-6)', () => {
  it('goes to one tab, and to another once it is given back', async () => {
    const release = await channelLock().acquire();
    expect(release).not.toBeNull();
    expect(await channelLock().acquire()).toBeNull();
    release?.();
    const next = await channelLock().acquire();
    expect(next).not.toBeNull();
    next?.();
  });

  it('goes to exactly one of tabs that ask at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => channelLock().acquire()));
    const holders = answers.filter((release) => release !== null);
    expect(holders).toHaveLength(1);
    holders[0]?.();
  });

  it('goes to one of two tabs when the second asks while the first still waits', async () => {
    for (let round = 0; round < 4; round++) {
      const first = channelLock().acquire();
      await new Promise((resolve) => setTimeout(resolve, 100));
      const answers = await Promise.all([first, channelLock().acquire()]);
      expect(answers.filter((release) => release !== null)).toHaveLength(1);
      for (const release of answers) release?.();
    }
  });
});
