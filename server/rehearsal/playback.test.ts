import { describe, expect, it } from 'vitest';
import { defaultRecipe } from '../../src/lib/engine/formats/recipe.ts';
import { momentOf, playingTime } from './playback.ts';
import type { Recording } from './recordings.ts';

const recording: Recording = {
  id: 'test',
  trait: 'ordinary',
  recipe: { ...defaultRecipe('head'), steps: 4 },
  losses: [2.4, 2, 1.5, 1],
  validations: [
    { step: 0, loss: 2.5, accuracy: 0.1 },
    { step: 2, loss: 2, accuracy: 0.4 },
    { step: 4, loss: 1.2, accuracy: 0.6 },
  ],
  trainingSeconds: 1,
  trainable: 1,
  memoryBytes: 1,
  accuracy: 0.6,
};

describe('playback', () => {
  it('shows what was recorded, step by step (S-43)', () => {
    const shown = [0, 0.5, 0.75, 1].map((share) => momentOf(recording, share, 2000));
    expect(shown.map(({ step, loss, accuracy }) => [step, loss, accuracy])).toEqual([
      [0, null, 0.1],
      [2, 2, 0.4],
      [3, 1.5, 0.4],
      [4, 1, 0.6],
    ]);
    expect(shown[0]).toMatchObject({ steps: 4, tokensPerSecond: (16 * 32 * 4) / 2 });
  });

  it('shows a run without steps as one moment', () => {
    const asked = { ...recording, recipe: defaultRecipe('prompting'), losses: [] };
    expect(momentOf(asked, 1, 1000)).toMatchObject({
      ...{ step: 0, loss: null, accuracy: 0.1, state: 'finished' },
    });
  });

  it('breaks off where the loss did', () => {
    expect(momentOf(recording, 0.9, 1000).state).toBe('running');
    expect(momentOf(recording, 1, 1000).state).toBe('finished');
    const broken = { ...recording, losses: [2.4, 9] };
    expect(momentOf(broken, 1, 1000)).toMatchObject({ state: 'failed', diagnosis: 'diverged' });
  });

  it('takes a time of its own, neither a moment nor for ever', () => {
    const long = { losses: Array.from({ length: 2000 }, () => 1) };
    expect(playingTime({ losses: [] }, 10_000)).toBeGreaterThan(3000);
    expect(playingTime(long, 10_000)).toBeLessThan(20_000);
  });
});
