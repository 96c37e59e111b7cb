/** What this browser has on disk, read the way the page itself would. */
import type { Page } from '@playwright/test';

type Store = 'runs' | 'unfinished' | 'checkpoints' | 'study';

/** Keys of one of the app's stores: ids of runs. */
export function keysOf(page: Page, store: Store): Promise<string[]> {
  return page.evaluate(
    (name) =>
      new Promise<string[]>((resolve, reject) => {
        const opening = indexedDB.open('rankroom');
        opening.onerror = () => reject(new Error(String(opening.error)));
        opening.onsuccess = () => {
          const reading = opening.result.transaction(name).objectStore(name).getAllKeys();
          reading.onsuccess = () => {
            opening.result.close();
            resolve(reading.result.map(String));
          };
        };
      }),
    store,
  );
}

/** Steps that the checkpoint of the one unfinished run has; null before there is one. */
export function checkpointedStep(page: Page): Promise<number | null> {
  return page.evaluate(
    () =>
      new Promise<number | null>((resolve, reject) => {
        const opening = indexedDB.open('rankroom');
        opening.onerror = () => reject(new Error(String(opening.error)));
        opening.onsuccess = () => {
          const reading = opening.result
            .transaction('checkpoints')
            .objectStore('checkpoints')
            .getAll();
          reading.onsuccess = () => {
            opening.result.close();
            const [checkpoint] = reading.result as { step: number }[];
            resolve(checkpoint?.step ?? null);
          };
        };
      }),
  );
}
