/** What a student reads about a submission: what happened, what is safe, what comes next. */
import type { Delivery } from './outbox.svelte.ts';
import type { SessionState } from './session.ts';
import { formatFixed, plural } from '../ui/format.ts';

export interface SubmissionView {
  kind: 'info' | 'offline' | 'failed' | 'verified';
  title: string;
  detail: string;
}

/**
 * @param others provisional submissions of the round besides this one: no more can be ahead of it
 * @param unsafe this browser could not keep the submission on disk
 */
export function describeDelivery(
  delivery: Delivery,
  session: SessionState,
  others: number,
  unsafe: boolean,
): SubmissionView {
  switch (delivery.state) {
    case 'uploading':
      return {
        kind: 'info',
        title:
          delivery.attempt === 1
            ? 'Uploading your result'
            : `Uploading, attempt ${delivery.attempt}`,
        detail: unsafe
          ? 'This browser keeps nothing on disk, so leave this page open until the result is saved.'
          : 'It is kept in this browser until the server has it; a reload loses nothing.',
      };
    case 'waiting':
      return {
        kind: 'offline',
        title: delivery.reason,
        detail: unsafe
          ? 'Leave this page open: the upload starts again by itself.'
          : 'Your result is kept in this browser. The upload starts again by itself.',
      };
    case 'refused':
      return {
        kind: 'failed',
        title: delivery.reason,
        detail: 'It does not count, and the run itself stays in this browser, below.',
      };
    case 'received':
      return describeReceived(delivery, session, others);
  }
}

function describeReceived(
  { receipt }: Extract<Delivery, { state: 'received' }>,
  session: SessionState,
  others: number,
): SubmissionView {
  const submission = session.submissions[receipt.submissionId];
  switch (submission?.status ?? receipt.status) {
    case 'provisional': {
      if (submission?.reason)
        return {
          kind: 'info',
          title: 'Your result is saved. Its verification is delayed.',
          detail:
            'The server failed to evaluate it and tries again by itself. You need do nothing.',
        };
      const ahead = Math.min(receipt.ahead, others);
      return {
        kind: 'info',
        title: `Your result is saved. Verifying: ${ahead} ahead of you.`,
        detail: 'The server now evaluates it on examples nobody in the room has seen.',
      };
    }
    case 'verified':
      return {
        kind: 'verified',
        title: `Verified: accuracy ${formatFixed(submission?.accuracy)}`,
        detail:
          submission?.trainable == null
            ? 'Measured by the server on hidden data.'
            : `Measured by the server on hidden data, with ${plural(submission.trainable, 'trained parameter')}.`,
      };
    case 'rejected':
      return {
        kind: 'failed',
        title: 'Rejected by the server',
        detail: submission?.reason ?? 'The artifact could not be evaluated.',
      };
  }
}
