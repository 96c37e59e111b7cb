/**
 * Paths of optimisers in the two numbers of the plane. The update is the engine's own; the gradient at a place comes
 * from whoever evaluates it there, the recorded surface or the model. Pure.
 */
import type { SliceValue } from '../../engine/inspect/slice.ts';
import { HostOptimiser } from '../../engine/train/host-optimiser.ts';
import { optimiserFor, type PathName, type Settings } from './state.ts';
import type { Place, Surface } from './surface.ts';

export interface PathPoint {
  place: Place;
  /** Of the full batch, in nats. */
  loss: number;
}

export interface Path {
  name: PathName;
  /** The start, then the place after each step that stayed on the surface. */
  points: readonly PathPoint[];
  /** Where a step led off the recorded surface, which ends the path; null where none did. */
  left: { step: number; place: Place } | null;
}

/**
 * Yields places and is given each batch's loss and gradient there.
 * @returns the step that left the surface, null when none did
 */
export function* descend(
  name: PathName,
  settings: Settings,
  holds: (place: Place) => boolean,
): Generator<Place, Path['left'], readonly SliceValue[]> {
  const { start, steps, batch } = settings;
  const optimiser = new HostOptimiser(optimiserFor(name, settings), start, steps);
  let values = yield start;
  for (let step = 1; step <= steps; step++) {
    const gradient =
      batch === 'full' ? meanOf(values).gradient : values[(step - 1) % values.length]!.gradient;
    const [a, b] = optimiser.step(gradient);
    const place: Place = [a!, b!];
    if (!holds(place)) return { step, place };
    values = yield place;
  }
  return null;
}

/** Of the full batch: its parts are equally large. */
export function meanOf(values: readonly SliceValue[]): SliceValue {
  const mean = (pick: (value: SliceValue) => number) =>
    values.reduce((sum, value) => sum + pick(value), 0) / values.length;
  return {
    loss: mean(({ loss }) => loss),
    gradient: [mean(({ gradient }) => gradient[0]), mean(({ gradient }) => gradient[1])],
  };
}

/** The path on the recorded surface. */
export function pathOn(surface: Surface, name: PathName, settings: Settings): Path {
  const points: PathPoint[] = [];
  const way = descend(name, settings, (place) => surface.holds(place));
  let turn = way.next();
  while (!turn.done) {
    const place = turn.value;
    const values = Array.from({ length: surface.batches }, (_, batch) => surface.at(place, batch));
    points.push({ place, loss: meanOf(values).loss });
    turn = way.next(values);
  }
  return { name, points, left: turn.value };
}

/** Largest distance between the places of two paths after the same number of steps, as far as both go. */
export function distanceBetween(one: Path, other: Path): number {
  const steps = Math.min(one.points.length, other.points.length);
  return Array.from({ length: steps }, (_, step) => {
    const [a, b] = one.points[step]!.place;
    const [x, y] = other.points[step]!.place;
    return Math.hypot(a - x, b - y);
  }).reduce((largest, distance) => Math.max(largest, distance), 0);
}
