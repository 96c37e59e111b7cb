/** The time that a round has left, by the server's clock, and how it is written. */
import { roundNow, runningRound, type SessionState } from './session.ts';

/**
 * @param now ms since the epoch by the server's clock
 * @returns ms, not below 0; null when no round runs or the running one has no end time
 */
export function timeLeft(session: SessionState, now: number): number | null {
  const round = runningRound(session);
  if (round === null || round.endsAt === null) return null;
  return Math.max(0, round.endsAt - roundNow(session, round, now));
}

/** Minutes and seconds, `4:05`, or `1:04:05`. A second that has begun counts, so that 0:00 is the end. */
export function formatTimeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}
