/** Numbers as people read them. One locale for all, so a class compares the same digits. */

const MISSING = '–';

/** 1323264 → `1,323,264`. Not by Intl, which takes a phone a tenth of a second to wake. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** 1328256 → `1.3 M`. */
export function formatMillions(value: number): string {
  return `${(value / 1e6).toFixed(1)} M`;
}

/** Accuracy or loss at fixed precision, `–` when there is none yet. */
export function formatFixed(value: number | null | undefined, digits = 3): string {
  return value == null || !Number.isFinite(value) ? MISSING : value.toFixed(digits);
}

/** Bytes in decimal units: 2400000 → `2.4 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** A share of a whole, 0–1: 0.0569 → `5.7 %`, and never `0.0 %` for something that is there. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  return `${percent.toFixed(percent < 99.95 ? 1 : 0)} %`;
}

/** Seconds left or taken: `8 s`, `1 min 05 s`, `2 h 10 min`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return MISSING;
  const total = Math.max(0, Math.round(seconds));
  if (total < 60) return `${total} s`;
  const pad = (value: number) => String(value).padStart(2, '0');
  if (total < 3600) return `${Math.floor(total / 60)} min ${pad(total % 60)} s`;
  return `${Math.floor(total / 3600)} h ${pad(Math.floor((total % 3600) / 60))} min`;
}

/** Time of one step: `58 ms`, `1.3 s`. */
export function formatStepTime(seconds: number): string {
  const ms = seconds * 1000;
  return ms < 999.5 ? `${ms < 9.95 ? ms.toFixed(1) : ms.toFixed(0)} ms` : `${seconds.toFixed(1)} s`;
}

/** Small rates without noise: 0.003 → `0.003`, 0.00001 → `1e-5`. */
export function formatRate(value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-4) {
    return value.toExponential(1).replace('.0e', 'e');
  }
  return String(Number(value.toPrecision(3)));
}

/** `1 student`, `2 students`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
