/**
 * Ranking rule of a challenge: verified accuracy, then fewer trainable parameters, then earlier.
 * Pure; the server and every screen rank with this one function.
 *
 * Unverified rows never rank above verified ones: accuracy a student's own device reports is shown,
 * but it orders provisional rows only among themselves. Rejected rows come last and have no rank.
 */

export type EntryStatus = 'verified' | 'provisional' | 'rejected';

export interface Entry {
  submissionId: string;
  participantId: string;
  nickname: string;
  /** Names the method and its knobs, for example `LoRA r=8 · int4`. */
  recipe: string;
  status: EntryStatus;
  /** Verified: the server's figure on the live-test split. Otherwise what the device reported. */
  accuracy: number | null;
  /** Verified: counted from the artifact by the server. */
  trainable: number | null;
  /** Server time of receipt, ms since the epoch. */
  submittedAt: number;
  /** Why a submission was rejected, or why its verification is late, as a sentence. */
  reason: string | null;
}

export interface RankedEntry extends Entry {
  /** 1-based among verified entries; null for the others. */
  rank: number | null;
}

const ORDER: Record<EntryStatus, number> = { verified: 0, provisional: 1, rejected: 2 };

/** Negative when `a` stands above `b`. A total order: ties end at the submission id. */
export function compareEntries(a: Entry, b: Entry): number {
  return (
    ORDER[a.status] - ORDER[b.status] ||
    (b.accuracy ?? -1) - (a.accuracy ?? -1) ||
    (a.trainable ?? Infinity) - (b.trainable ?? Infinity) ||
    a.submittedAt - b.submittedAt ||
    (a.submissionId < b.submissionId ? -1 : a.submissionId > b.submissionId ? 1 : 0)
  );
}

/** Every participant's best entry, in order. A verified entry always outranks the same person's later provisional one. */
export function rank(entries: Iterable<Entry>): RankedEntry[] {
  const best = new Map<string, Entry>();
  for (const entry of entries) {
    const held = best.get(entry.participantId);
    if (!held || compareEntries(entry, held) < 0) best.set(entry.participantId, entry);
  }
  return [...best.values()]
    .sort(compareEntries)
    .map((entry, index) => ({ ...entry, rank: entry.status === 'verified' ? index + 1 : null }));
}
