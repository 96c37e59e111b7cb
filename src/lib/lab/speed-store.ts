/** This device's measurements in localStorage. Where that is blocked or broken there are none, and nothing fails. */
import * as v from 'valibot';
import { remember, SpeedSchema, type Speed } from './speeds.ts';

const KEY = 'rankroom:speeds';
const SpeedsSchema = v.array(SpeedSchema);

export function readSpeeds(): Speed[] {
  try {
    const read = v.safeParse(SpeedsSchema, JSON.parse(localStorage.getItem(KEY) ?? '[]'));
    return read.success ? read.output : [];
  } catch {
    return [];
  }
}

/** @returns all measurements, the new one first */
export function storeSpeed(speed: Speed): Speed[] {
  const speeds = remember(readSpeeds(), speed);
  try {
    localStorage.setItem(KEY, JSON.stringify(speeds));
  } catch {
    // Blocked or full: the estimate then lasts as long as the page.
  }
  return speeds;
}
