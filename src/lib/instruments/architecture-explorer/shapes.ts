/**
 * Tensors as rectangles in true proportion: a matrix [out, in] is `out` tall and `in` wide, a vector is one unit thick.
 * One unit is one row or column, so an area is a number of parameters.
 */
import type { ModelTensor, Role } from '../../engine/inspect/tensors.ts';
import type { Rect } from '../../ui/mark.ts';

export interface Drawn extends Rect {
  /** Of the tensor; of what is computed, for a value. */
  name: string;
  /** `value` is what is computed and holds no parameters. */
  role: Role | 'value';
}

/** Between a matrix and what stands beside it, as a share of the model's width. */
const NEAR = 0.05;
export const nearOf = (width: number) => Math.max(2, width * NEAR);

export function extentOf(shapes: readonly Rect[]): Rect {
  const x = Math.min(...shapes.map((shape) => shape.x));
  const y = Math.min(...shapes.map((shape) => shape.y));
  return {
    x,
    y,
    width: Math.max(...shapes.map((shape) => shape.x + shape.width)) - x,
    height: Math.max(...shapes.map((shape) => shape.y + shape.height)) - y,
  };
}

export const movedBy = <T extends Rect>(shape: T, dx: number, dy: number): T => ({
  ...shape,
  x: shape.x + dx,
  y: shape.y + dy,
});

function drawn(
  { name, role }: ModelTensor,
  x: number,
  y: number,
  width: number,
  height: number,
): Drawn {
  return { name, role, x, y, width, height };
}

/** A linear module at the origin: its matrix, what acts on its outputs at the right, and on its inputs below. */
export function moduleShapes(tensors: readonly ModelTensor[], near: number): Drawn[] {
  const base = tensors.find(({ ofBase }) => ofBase)!;
  const [out, into] = [base.shape[0]!, base.shape[1]!];
  const shapes = [drawn(base, 0, 0, into, out)];
  let [right, below] = [into + near, out + near];
  for (const tensor of tensors) {
    if (tensor.ofBase) continue;
    const [rows = 1, columns = 1] = tensor.shape;
    if (tensor.name.includes('lora_A') || (rows === 1 && columns === into)) {
      shapes.push(drawn(tensor, 0, below, into, rows));
      below += rows + near;
    } else {
      shapes.push(drawn(tensor, right, 0, columns, out));
      right += columns + near;
    }
  }
  return shapes;
}

/** Tensors beside each other. The longer side of a matrix lies down, so that a row stays low; vectors stand. */
export function rowShapes(tensors: readonly ModelTensor[], near: number): Drawn[] {
  let x = 0;
  return tensors.map((tensor) => {
    const [rows, columns = 1] = [tensor.shape[0]!, tensor.shape[1]];
    const lies = columns > 1;
    const width = lies ? Math.max(rows, columns) : 1;
    const height = lies ? Math.min(rows, columns) : rows;
    const shape = drawn(tensor, x, 0, width, height);
    x += width + near;
    return shape;
  });
}

/** A vector lying down. */
export const lyingVector = (tensor: ModelTensor): Drawn =>
  drawn(tensor, 0, 0, tensor.parameters, 1);

/** An adapter: the way down lies, as wide as the model; the way up stands beside it. */
export function adapterShapes(tensors: readonly ModelTensor[], near: number): Drawn[] {
  let x = 0;
  return tensors.toReversed().map((tensor) => {
    const [rows, columns = 1] = tensor.shape;
    const shape = drawn(tensor, x, 0, columns, rows!);
    x += columns + near;
    return shape;
  });
}

/** A table [V, D] lying down, folded into strips no longer than `longest`. */
export function foldedShapes(tensor: ModelTensor, longest: number, near: number): Drawn[] {
  const [rows, columns] = [tensor.shape[0]!, tensor.shape[1]!];
  const strips = Math.ceil(rows / longest);
  return Array.from({ length: strips }, (_, index) =>
    drawn(tensor, 0, index * (columns + near), rows / strips, columns),
  );
}
