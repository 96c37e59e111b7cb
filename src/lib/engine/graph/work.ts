/**
 * How much a static {@link Graph} computes: the multiplications of its matrix products, counted from
 * shapes. Elementwise work and memory traffic are left out; at a model's sizes the products dominate, so
 * the ratio of two graphs' counts says about how their times compare on one device.
 */
import { elements, type Shape } from './dtype.ts';
import type { Graph, Node } from './graph.ts';

export function multiplications(graph: Graph): number {
  const shapes = new Map<string, Shape>();
  for (const { name, shape } of [...graph.inputs, ...graph.initializers]) shapes.set(name, shape);
  let total = 0;
  for (const node of graph.nodes) {
    shapes.set(node.output, node.shape);
    const inner = innerSize(node, shapes.get(node.inputs[0]!)!);
    if (inner !== null) total += elements(node.shape) * inner;
  }
  return total;
}

/** Products summed for one element of the output; null for a node that is no matrix product. */
function innerSize({ op, attributes }: Node, first: Shape): number | null {
  if (op === 'MatMul') return first.at(-1)!;
  if (op === 'Gemm') return attributes.transA === 1 ? first[0]! : first[1]!;
  return null;
}
