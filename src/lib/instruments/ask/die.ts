/**
 * Ends a worker whose GPU is lost, as a runtime's `onlost`: what waits for that GPU may wait for ever. The error is
 * thrown where no promise swallows it, so that the page is told, and starts another worker for its next question.
 */
export function dieOf(message: string): void {
  setTimeout(() => {
    throw new Error(message);
  });
}
