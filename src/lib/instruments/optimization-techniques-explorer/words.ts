/** What is on screen, as sentences. */
import type { AdaptationMemory } from '../../measurements/adaptation-memory.ts';
import { adaptationBytes } from '../../measurements/adaptation-memory.ts';
import { LARGE_MODELS } from '../../measurements/large-models.ts';
import { plural } from '../../ui/format.ts';
import { AXES, AXIS, type Axis } from './axes.ts';
import type { Counted } from './fit-counter.ts';
import type { Layout } from './layout.ts';
import { SOURCE_NAMES, type PlotPoint } from './points.ts';
import type { ExplorerState } from './state.ts';

/** A figure with its deviation where there are seeds: `0.831 ± 0.004`. */
export function figureOf({ values, deviations }: PlotPoint, axis: Axis): string {
  const value = values[axis];
  if (value === null) return 'not known';
  const deviation = deviations[axis];
  const { format } = AXIS[axis];
  return deviation ? `${format(value)} ± ${format(deviation)}` : format(value);
}

/** `LoRA r=8, this deployment: accuracy 0.79, trained share 6 %. On the frontier.` */
export function pointSentence(point: PlotPoint, { x, y }: ExplorerState, layout: Layout): string {
  const figures = [y, x].map((axis) => `${AXIS[axis].inText} ${figureOf(point, axis)}`).join(', ');
  return `${point.label}, ${SOURCE_NAMES[point.source].toLowerCase()}: ${figures}. ${standing(point, layout)}`;
}

export function standing(point: PlotPoint, { marks, frontiers }: Layout): string {
  const mark = marks.find((one) => one.point.id === point.id);
  if (!mark) return 'Not in the plot: a figure is not known.';
  if (mark.out) return 'Over a limit, or not known to be within it.';
  const frontier = frontiers.find(({ group }) => group === point.group);
  if (mark.best) {
    const others = (frontier?.points.length ?? 1) - 1;
    return others === 0
      ? `Alone on the frontier of its set.`
      : `On the frontier of its set, with ${plural(others, 'other')}.`;
  }
  return 'Behind the frontier of its set: another point is at least as good in both figures.';
}

/** Everything known of a point, for its details. */
export const factsOf = (point: PlotPoint): { name: string; value: string }[] =>
  AXES.map((axis) => ({ name: AXIS[axis].name, value: figureOf(point, axis) }));

export function compareSummary(
  state: ExplorerState,
  layout: Layout,
  chosen: PlotPoint | null,
): string {
  const { x, y } = state;
  const axes = `${AXIS[y].name} over ${AXIS[x].inText}.`;
  if (layout.marks.length === 0) return `${axes} Nothing is shown: ${whyNothing(state, layout)}`;
  const groups = layout.frontiers.map(({ group, points }) => {
    const all = layout.marks.filter(({ point }) => point.group === group);
    const out = all.filter((mark) => mark.out).length;
    const limited = out > 0 ? `, ${out} outside the limits` : '';
    const best =
      points.length === 0
        ? 'none within the limits'
        : `on the frontier: ${points.map(({ label }) => label).join(', ')}`;
    return `${group[0]!.toUpperCase()}${group.slice(1)}: ${plural(all.length, 'point')}${limited}; ${best}.`;
  });
  const about = chosen ? ` Chosen: ${pointSentence(chosen, state, layout)}` : '';
  return `${axes} ${groups.join(' ')}${about}`;
}

function whyNothing({ sources, code }: ExplorerState, { left }: Layout): string {
  const chosen = sources.filter((source) => source !== 'class' || code !== '');
  if (chosen.length === 0) return 'choose a source.';
  return left.length > 0
    ? 'no point of the chosen sources has both figures.'
    : 'the chosen sources have no point of this task.';
}

const GIGABYTE = 1e9;
export const inGigabytes = (bytes: number) =>
  `${(bytes / GIGABYTE).toFixed(bytes < 99.5 * GIGABYTE ? 1 : 0)} GB`;

export function fitSummary(
  { model, memory, step }: ExplorerState,
  rows: readonly Counted[],
): string {
  const { name } = LARGE_MODELS[model];
  const texts = `${plural(step.batch, 'text')} of ${plural(step.tokens, 'token')} a step`;
  const counted = rows.flatMap(({ method, memory: bytes }) =>
    bytes ? [{ method, bytes: adaptationBytes(bytes) }] : [],
  );
  if (counted.length < rows.length)
    return `${name}, ${texts}: ${counted.length} of ${rows.length} methods are counted.`;
  const fits = counted.filter(({ bytes }) => bytes <= memory * GIGABYTE);
  if (fits.length === 0) return `${name} on ${memory} GB, ${texts}: nothing fits.`;
  const list = fits.map(({ method, bytes }) => `${method.label} ${inGigabytes(bytes)}`).join(', ');
  return `${name} on ${memory} GB, ${texts}: ${fits.length} of ${rows.length} fit: ${list}.`;
}

export const PARTS: readonly {
  key: keyof AdaptationMemory;
  name: string;
  meaning: 'frozen' | 'quantised' | 'trainable' | 'state' | 'plain';
}[] = [
  { key: 'frozen', name: 'frozen, 16 bits', meaning: 'frozen' },
  { key: 'quantised', name: 'frozen, 4 bits', meaning: 'quantised' },
  { key: 'trained', name: 'trained', meaning: 'trainable' },
  { key: 'gradients', name: 'gradients', meaning: 'state' },
  { key: 'optimiser', name: 'optimiser state', meaning: 'state' },
  { key: 'activations', name: 'activations', meaning: 'plain' },
];
