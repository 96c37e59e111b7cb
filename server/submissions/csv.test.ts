import { expect, it } from 'vitest';
import { leaderboardCsv } from './csv.ts';

it('quotes what needs it and disarms formulas', () => {
  const row = {
    submissionId: 's',
    participantId: 'p',
    nickname: '=HYPERLINK("x")',
    recipe: 'LoRA r=8 on q, v',
    status: 'verified' as const,
    accuracy: 0.75,
    trainable: 6,
    submittedAt: 0,
    reason: null,
    rank: 1,
  };
  expect(leaderboardCsv([row])).toBe(
    'rank,nickname,recipe,status,accuracy,trainable,submitted_at,reason\r\n' +
      '1,"\'=HYPERLINK(""x"")","LoRA r=8 on q, v",verified,0.75,6,1970-01-01T00:00:00.000Z,\r\n',
  );
});
