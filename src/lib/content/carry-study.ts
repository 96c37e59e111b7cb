/** What is done about study records outside of the course's pages. */
import type { KeptRun } from '../lab/run-store.ts';
import { recordOfRun } from './run-record.ts';
import { Study } from './study.svelte.ts';
import { GUEST, guestClaim, openStudyStorage, type KeptRecord } from './study.ts';

/** Sends what an account has yet to hear of, and what it takes along from a guest. Asks the server nothing otherwise. */
export async function carryStudy(owner: string): Promise<void> {
  const kept = await openStudyStorage()
    .load(owner)
    .catch(() => []);
  if (guestClaim.get() || kept.some(({ unsent }) => unsent)) await new Study({ owner }).open();
}

/**
 * Writes down that a run has finished: a guest's until an account takes it along. Where nothing can be kept the run
 * is no worse for it.
 * @param owner id of the account; null for a guest
 */
export async function noteRun(owner: string | null, run: KeptRun): Promise<void> {
  const record: KeptRecord = {
    owner: owner ?? GUEST,
    kind: 'run',
    lesson: run.code,
    section: run.id,
    value: recordOfRun(run),
    updatedAt: run.finishedAt,
    unsent: owner !== null,
  };
  await openStudyStorage()
    .save([{ record, over: 0 }])
    .catch(() => {});
  if (owner !== null) await carryStudy(owner);
}

/** Before somebody signs out here: the account's records leave the device once the account has all of them. */
export async function leaveStudy(owner: string): Promise<void> {
  const study = new Study({ owner });
  await study.open();
  // What could not be taken along by now must not go to whoever signs in next.
  guestClaim.set(false);
  if (study.account === 'kept' && study.unsent === 0) await forgetStudy(owner);
}

/** For an account that is no more. */
export const forgetStudy = (owner: string): Promise<void> =>
  openStudyStorage()
    .forget(owner)
    .catch(() => {});

/** How many things a guest has left in this browser. */
export const countGuestRecords = (): Promise<number> =>
  openStudyStorage()
    .load(GUEST)
    .then(
      (records) => records.filter(({ value }) => value !== null).length,
      () => 0,
    );
