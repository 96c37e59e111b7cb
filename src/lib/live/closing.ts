/** Until when a round takes submissions, and how long one may travel. The server decides by it; pages say until when. */
import type { Round } from './session.ts';

/** A run that was under way when its round ended may still arrive, in ms. */
export const SUBMISSION_GRACE_MS = 2 * 60_000;

/**
 * An attempt to upload is lost after this long, in ms, for the browser and for the server. An artifact of 17 MB, the
 * largest, needs 90 s at 1.5 Mbit/s; what takes longer is more likely dead than slow.
 */
export const UPLOAD_TIMEOUT_MS = 90_000;

/** ms since the epoch, by the server's clock; null while the round runs. */
export function submitUntil(round: Pick<Round, 'endedAt'>): number | null {
  return round.endedAt === null ? null : round.endedAt + SUBMISSION_GRACE_MS;
}

export function takesSubmissions(round: Pick<Round, 'endedAt'>, now: number): boolean {
  const until = submitUntil(round);
  return until === null || now <= until;
}

/** A moment of the server's clock as this device's clock will show it, in ms since the epoch. */
export const onDeviceClock = (moment: number, serverNow: number, deviceNow: number): number =>
  moment - serverNow + deviceNow;
