/**
 * What has changed of a class's telemetry since the last sending, and how a screen puts it together again. A class
 * of 1,000 says 2,000 things a second, nearly all of them the next step and its loss. Pure.
 */

/** By participant id. */
export interface Changes<T> {
  /** This is all there is, in the place of what was held. */
  whole: boolean;
  /** Null for what is gone. */
  changed: Record<string, T | null>;
}

/** By participant id. */
export interface PresenceChange {
  whole: boolean;
  here: string[];
  gone: string[];
}

/** Fields of `now` that `sent` does not have in the same way; null where there is none. */
function changedFields<T extends object>(sent: T, now: T): Partial<T> | null {
  const entries = Object.entries(now).filter(
    ([field, value]) => !isSame(sent[field as keyof T], value),
  );
  return entries.length === 0 ? null : (Object.fromEntries(entries) as Partial<T>);
}

/** Plain values, as they came out of a message. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  return typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b);
}

/** Two values of one participant have the same fields, so that a later one can be laid over an earlier one. */
export function changesBetween<T extends object>(
  sent: ReadonlyMap<string, T>,
  now: ReadonlyMap<string, T>,
): Changes<Partial<T>>['changed'] {
  const changed: Record<string, Partial<T> | null> = {};
  for (const [id, value] of now) {
    const before = sent.get(id);
    if (before === value) continue;
    const fields = before ? changedFields(before, value) : value;
    if (fields) changed[id] = fields;
  }
  for (const id of sent.keys()) if (!now.has(id)) changed[id] = null;
  return changed;
}

/** What a screen holds after a sending. Of an id that is new, every field comes. */
export function withChanges<T extends object>(
  held: Readonly<Record<string, T>>,
  { whole, changed }: Changes<Partial<T>>,
): Record<string, T> {
  const next: Record<string, T> = whole ? {} : { ...held };
  for (const [id, fields] of Object.entries(changed)) {
    if (fields === null) delete next[id];
    else next[id] = { ...next[id], ...fields } as T;
  }
  return next;
}

export function presenceBetween(
  sent: ReadonlySet<string>,
  now: ReadonlySet<string>,
): Pick<PresenceChange, 'here' | 'gone'> {
  return {
    here: [...now].filter((id) => !sent.has(id)),
    gone: [...sent].filter((id) => !now.has(id)),
  };
}

export function withPresence(
  held: ReadonlySet<string>,
  { whole, here, gone }: PresenceChange,
): ReadonlySet<string> {
  const next = new Set(whole ? [] : held);
  for (const id of here) next.add(id);
  for (const id of gone) next.delete(id);
  return next;
}
