/**
 * One tab of a browser trains at a time: two would halve each other's speed and go on with each other's
 * interrupted runs. Web Locks where the page is a secure context; elsewhere tabs ask each other over a
 * BroadcastChannel. Both end with the tab that holds them, however it ends.
 */
import { makeUuid } from './uuid.ts';

export interface TrainingLock {
  /** @returns what gives the lock back, or null when another tab holds it */
  acquire(): Promise<(() => void) | null>;
}

const NAME = 'rankroom:training';
/** A page that is reloaded lets go of its lock a moment after its successor has started. */
const GIVE_UP_MS = 1000;
/**
 * A tab that trains answers at once: its worker does the work. The time is waited in turns, since in one piece it could
 * pass while this tab was held up, with the answer in its queue.
 */
const ANSWER_MS = 50;
const ANSWER_TURNS = 6;

export function openTrainingLock(): TrainingLock {
  return {
    // Asked for here, since a page is rendered on the server too, and there is no navigator there.
    acquire: () => ('locks' in navigator ? webLock(navigator.locks) : channelLock()).acquire(),
  };
}

function webLock(locks: LockManager): TrainingLock {
  return {
    acquire: () =>
      new Promise((resolve) => {
        const hold = () => new Promise<void>((release) => resolve(release));
        locks
          .request(NAME, { signal: AbortSignal.timeout(GIVE_UP_MS) }, hold)
          .catch(() => resolve(null));
      }),
  };
}

type Message = { type: 'claim'; id: string } | { type: 'taken'; to: string };

/** Of two tabs that claim at the same moment, the one with the lower id wins; both know. */
export function channelLock(): TrainingLock {
  return {
    async acquire() {
      const id = makeUuid();
      const channel = new BroadcastChannel(NAME);
      let state: 'claiming' | 'held' | 'refused' = 'claiming';
      const say = (message: Message) => channel.postMessage(message);
      channel.onmessage = ({ data }: MessageEvent<Message>) => {
        if (data.type === 'taken') {
          if (data.to === id) state = 'refused';
        } else if (state === 'held' || (state === 'claiming' && id < data.id)) {
          say({ type: 'taken', to: data.id });
        } else {
          state = 'refused';
        }
      };
      say({ type: 'claim', id });
      for (let turn = 0; turn < ANSWER_TURNS; turn++)
        await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
      // Assigned by the handler above, which TypeScript does not see.
      if ((state as string) === 'refused') {
        channel.close();
        return null;
      }
      state = 'held';
      return () => channel.close();
    },
  };
}
