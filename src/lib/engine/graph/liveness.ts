/**
 * How many bytes of a static {@link Graph} are alive at once, counted from shapes.
 *
 * A tensor lives from the node that makes it to the last node that reads it. Graph inputs are held by the
 * caller and initializers by the session, so both live throughout; outputs live to the end. A Reshape or an
 * Identity gives a second name to the same bytes.
 *
 * Not modelled: a runtime that writes an output over an input it no longer needs, fuses nodes or leaves
 * some out, and the arena that it takes memory from in larger pieces. The count is what the graph as
 * written needs when its nodes run in their order; what a runtime allocates may be less or more.
 */
import { byteLength } from './dtype.ts';
import type { Graph } from './graph.ts';

/** The parts of a graph that are counted. */
export type StaticGraph = Pick<Graph, 'inputs' | 'initializers' | 'nodes' | 'outputs'>;

/** Operators whose output is their first input under another name. */
const VIEWS: ReadonlySet<string> = new Set(['Reshape', 'Identity']);

interface Storage {
  bytes: number;
  /** Index of the node that makes it; -1 when it is there before the first. */
  born: number;
  /** Index of the last node at which it must still be there. */
  last: number;
}

/** Bytes by the name of the tensor that owns them, and the owner of every name. */
interface Storages {
  owned: Map<string, Storage>;
  ownerOf: (name: string) => string;
}

/**
 * The most bytes alive at any node, among the tensors whose bytes `except` does not name.
 * @param except names of tensors counted elsewhere; a view of one is that one
 */
export function peakBytes(graph: StaticGraph, except: Iterable<string> = []): number {
  const { owned, ownerOf } = storages(graph);
  for (const name of except) owned.delete(ownerOf(name));
  // Bytes that come and go at each node; index 0 is before the first.
  const change = new Float64Array(graph.nodes.length + 2);
  for (const { bytes, born, last } of owned.values()) {
    change[born + 1]! += bytes;
    change[last + 2]! -= bytes;
  }
  let alive = 0;
  let peak = 0;
  for (const bytes of change) {
    alive += bytes;
    peak = Math.max(peak, alive);
  }
  return peak;
}

function storages({ inputs, initializers, nodes, outputs }: StaticGraph): Storages {
  const end = nodes.length - 1;
  const owned = new Map<string, Storage>();
  const views = new Map<string, string>();
  const ownerOf = (name: string) => views.get(name) ?? name;
  for (const { name, shape, dtype } of [...inputs, ...initializers])
    owned.set(name, { bytes: byteLength(shape, dtype), born: -1, last: end });
  nodes.forEach(({ op, inputs: read, output, shape, dtype }, index) => {
    for (const name of read) {
      const storage = owned.get(ownerOf(name));
      if (storage) storage.last = Math.max(storage.last, index);
    }
    if (VIEWS.has(op)) views.set(output, ownerOf(read[0]!));
    else owned.set(output, { bytes: byteLength(shape, dtype), born: index, last: index });
  });
  for (const { name } of outputs) owned.get(ownerOf(name))!.last = end;
  return { owned, ownerOf };
}
