/** The account's side of study records: `/api/study`, a batch at a time. */
import { MAX_BATCH, studyKey, type StudyReceipt, type StudyRecord } from './study-record.ts';

export interface StudyAccount {
  /** @throws {SignedOut} · {TypeError} when the server cannot be reached */
  pull(): Promise<StudyRecord[]>;
  /**
   * @param records at most {@link MAX_BATCH}
   * @throws as `pull`
   */
  push(records: readonly StudyRecord[]): Promise<StudyReceipt>;
}

export class SignedOut extends Error {
  override name = 'SignedOut';
}

const ADDRESS = '/api/study';
/** In ms. */
const TIMEOUT = 15_000;

/** @param owner id of the account: another one may have signed in meanwhile, in another tab */
export function httpAccount(owner: string): StudyAccount {
  async function ask(init: RequestInit = {}): Promise<unknown> {
    const response = await fetch(`${ADDRESS}?account=${encodeURIComponent(owner)}`, {
      ...init,
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (response.status === 401) throw new SignedOut();
    if (!response.ok) throw new TypeError(`${ADDRESS} answered ${response.status}`);
    return response.json();
  }
  return {
    pull: async () => ((await ask()) as { records: StudyRecord[] }).records,
    push: async (records) =>
      (await ask({
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ records: records.map(plain) }),
      })) as StudyReceipt,
  };
}

const plain = ({ kind, lesson, section, value, updatedAt }: StudyRecord): StudyRecord => ({
  kind,
  lesson,
  section,
  value,
  updatedAt,
});

/** A request stays below the 512 KiB that the server takes, in characters of at most three bytes. */
const MAX_CHARACTERS = 120_000;

/** The first records that fit one request; a record too large for any goes alone. */
export function nextBatch<T extends StudyRecord>(records: readonly T[]): T[] {
  const batch: T[] = [];
  let size = 0;
  for (const record of records) {
    size += JSON.stringify(plain(record)).length;
    if (batch.length === MAX_BATCH || (batch.length > 0 && size > MAX_CHARACTERS)) break;
    batch.push(record);
  }
  return batch;
}

/** Why records are not kept, by their keys. */
export const refusedKeys = ({ refused }: StudyReceipt): Map<string, string> =>
  new Map(refused.map((one) => [studyKey(one), one.error]));
