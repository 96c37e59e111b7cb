/** The figures that a method is judged by: their names, which way is better, and how they are written. */
import { formatBytes, formatCount, formatFixed, formatStepTime } from '../../ui/format.ts';

export const AXES = ['accuracy', 'relative', 'trainable', 'parameters', 'bytes', 'time'] as const;
export type Axis = (typeof AXES)[number];
export type Values = Readonly<Record<Axis, number | null>>;

export interface AxisDefinition {
  /** In a choice, and at the axis. */
  name: string;
  /** Within a sentence. */
  inText: string;
  better: 'more' | 'less';
  /** Methods differ by orders of magnitude in what they cost, so costs stand on logarithms. */
  log: boolean;
  /** With its unit. */
  format: (value: number) => string;
  tick: (value: number) => string;
}

/** 0.00285 → `0.29 %`: two digits, since methods differ by hundredths of a percent. */
export function formatPercent(share: number): string {
  const percent = 100 * share;
  return `${percent >= 99.95 ? percent.toFixed(0) : Number(percent.toPrecision(2))} %`;
}

const count = (value: number) =>
  value >= 1e9
    ? `${trim(value / 1e9)} B`
    : value >= 1e6
      ? `${trim(value / 1e6)} M`
      : formatCount(value);
const trim = (value: number) => String(Number(value.toPrecision(3)));
const roundBytes = (value: number) => formatBytes(value).replace('.0 ', ' ');

export const AXIS: Readonly<Record<Axis, AxisDefinition>> = {
  accuracy: {
    name: 'Accuracy',
    inText: 'accuracy',
    better: 'more',
    log: false,
    format: (value) => formatFixed(value),
    tick: (value) => String(value),
  },
  relative: {
    name: 'Accuracy relative to full',
    inText: 'accuracy relative to full',
    better: 'more',
    log: false,
    format: (value) => formatPercent(value),
    tick: (value) => `${Math.round(100 * value)} %`,
  },
  trainable: {
    name: 'Trained share',
    inText: 'trained share',
    better: 'less',
    log: true,
    format: formatPercent,
    tick: formatPercent,
  },
  parameters: {
    name: 'Trained parameters',
    inText: 'trained parameters',
    better: 'less',
    log: true,
    format: formatCount,
    tick: count,
  },
  bytes: {
    name: 'Bytes of a step',
    inText: 'bytes of a step',
    better: 'less',
    log: true,
    format: formatBytes,
    tick: roundBytes,
  },
  time: {
    name: 'Time of a step',
    inText: 'time of a step',
    better: 'less',
    log: true,
    format: formatStepTime,
    tick: (seconds) => formatStepTime(seconds).replace('.0 ', ' '),
  },
};

/** A figure so that less of it is always better. */
export const costOf = (axis: Axis, value: number) =>
  AXIS[axis].better === 'less' ? value : -value;
