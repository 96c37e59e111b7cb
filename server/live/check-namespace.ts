/**
 * Where a browser tries its connection before a class (`/check`): messages go both ways, over the transport that it
 * chose. It belongs to no session and tells nothing.
 */
import type { Server, Socket } from 'socket.io';
import type { RateLimits } from '../auth/rate-limits.ts';

/** A check takes seconds; what stays longer is not one, in ms. */
const PATIENCE = 30_000;

export function serveChecks(
  io: Pick<Server, 'of'>,
  limits: RateLimits,
  now: () => number,
  addressOf: (handshake: Socket['handshake']) => string,
): void {
  const checks = io.of('/check');
  checks.use((socket, next) => {
    limits.spend('check', addressOf(socket.handshake)).then(() => next(), next);
  });
  checks.on('connection', (socket) => {
    const timer = setTimeout(() => socket.disconnect(true), PATIENCE);
    socket.once('disconnect', () => clearTimeout(timer));
    socket.on('hello', (answer: unknown) => {
      if (typeof answer === 'function') (answer as (at: number) => void)(now());
    });
  });
}
