/** Request ids that outlive a reload of their tab, for forms whose answer may get lost. */
import { makeUuid } from '../lab/uuid.ts';

/** The id under `name`, made at the first call. Where the browser keeps nothing, a new one each time. */
export function keptRequestId(name: string): string {
  const key = `rankroom:request:${name}`;
  try {
    const id = sessionStorage.getItem(key) ?? makeUuid();
    sessionStorage.setItem(key, id);
    return id;
  } catch {
    return makeUuid();
  }
}
