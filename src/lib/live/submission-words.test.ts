import { describe, expect, it } from 'vitest';
import { describeDelivery } from './submission-words.ts';
import { initialSession, type SessionState } from './session.ts';

const session = initialSession('ABC234', 'Class');
const receipt = { submissionId: 's1', status: 'provisional' as const, ahead: 4 };
const sent = { runId: 'r1', roundId: 'r', createdAt: 0 };
const received = { ...sent, state: 'received', receipt } as const;
const withStatus = (change: Partial<SessionState['submissions'][string]>): SessionState => ({
  ...session,
  submissions: {
    s1: {
      submissionId: 's1',
      participantId: 'p',
      roundId: 'r',
      nickname: 'Ada',
      recipe: 'LoRA r=8',
      status: 'provisional',
      accuracy: null,
      trainable: null,
      submittedAt: 0,
      reason: null,
      cell: null,
      memory: null,
      ...change,
    },
  },
});

describe('describeDelivery', () => {
  it('counts no more ahead than are waiting', () => {
    expect(describeDelivery(received, session, 2, false).title).toBe(
      'Your result is saved. Verifying: 2 ahead of you.',
    );
  });

  it("follows the server's verdict", () => {
    const verified = withStatus({ status: 'verified', accuracy: 0.75, trainable: 75264 });
    expect(describeDelivery(received, verified, 0, false)).toMatchObject({
      kind: 'verified',
      title: 'Verified: accuracy 0.750',
    });
    const rejected = withStatus({ status: 'rejected', reason: 'The adapter has rank 4, not 8.' });
    expect(describeDelivery(received, rejected, 0, false).detail).toBe(
      'The adapter has rank 4, not 8.',
    );
  });

  it('says that a delayed verification needs nothing from the student (V-7)', () => {
    const delayed = withStatus({ reason: 'Verification is delayed.' });
    expect(describeDelivery(received, delayed, 0, false)).toMatchObject({
      kind: 'info',
      title: 'Your result is saved. Its verification is delayed.',
    });
  });

  it('does not promise what an unsafe browser cannot keep', () => {
    const uploading = { ...sent, state: 'uploading', attempt: 1 } as const;
    expect(describeDelivery(uploading, session, 0, false).detail).toContain(
      'a reload loses nothing',
    );
    expect(describeDelivery(uploading, session, 0, true).detail).toContain('leave this page open');
  });
});
