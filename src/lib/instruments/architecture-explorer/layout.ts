/**
 * Where everything of a block, and of the whole model, stands on the drawing. Pure geometry, in the unit of
 * {@link Drawn}: what is drawn and how large follows from the tensors that the engine lists.
 */
import type { ModelTensor } from '../../engine/inspect/tensors.ts';
import type { LlamaConfig } from '../../engine/model/config.ts';
import type { Rect } from '../../ui/mark.ts';
import { PART_LABELS, placeOf, type BlockPart, type Part } from './parts.ts';
import {
  adapterShapes,
  extentOf,
  foldedShapes,
  lyingVector,
  moduleShapes,
  movedBy,
  nearOf,
  rowShapes,
  type Drawn,
} from './shapes.ts';

export interface Item {
  /** Null for a whole block. */
  part: Part | null;
  layer: number | null;
  label: string;
  /** What can be pointed at: around the shapes, and never too small for a finger. */
  box: Rect;
  shapes: Drawn[];
}

export interface Layout {
  width: number;
  height: number;
  items: Item[];
}

export interface DrawnModel {
  config: LlamaConfig;
  tensors: readonly ModelTensor[];
  /** Positions in front of the text; 0 without a prefix. */
  prefixLength: number;
}

export function tensorsOf(
  tensors: readonly ModelTensor[],
  part: Part,
  layer: number | null,
): ModelTensor[] {
  return tensors.filter(({ name }) => {
    const place = placeOf(name);
    return place.part === part && (place.layer === null || place.layer === layer);
  });
}

/** One block: attention in the upper row, the MLP in the lower one, in the order in which a token passes them. */
export function blockLayout(model: DrawnModel, layer: number): Layout {
  const { config, tensors } = model;
  const d = config.hiddenSize;
  const near = nearOf(d);
  const gap = d / 4;
  const of = (part: BlockPart) => tensorsOf(tensors, part, layer);
  const least = d / 2;
  const items: Item[] = [];

  /** Puts shapes that were made at the origin at a place. @returns where the next may begin */
  const put = (part: BlockPart, made: Drawn[], x: number, y: number): number => {
    const extent = extentOf(made);
    const box = {
      x,
      y,
      width: Math.max(least, extent.width),
      height: Math.max(least, extent.height),
    };
    const dx = x - extent.x + (box.width - extent.width) / 2;
    const shapes = made.map((shape) => movedBy(shape, dx, y - extent.y));
    items.push({ part, layer, label: PART_LABELS[part], box, shapes });
    return x + box.width + gap;
  };
  const modules = (parts: readonly BlockPart[], x: number, y: number) =>
    parts.reduce((next, part) => put(part, moduleShapes(of(part), near), next, y), x);
  const vector = (part: BlockPart, x: number, y: number) => {
    const { name, role, parameters } = of(part)[0]!;
    return put(part, [{ name, role, x: 0, y: 0, width: 1, height: parameters }], x, y);
  };
  const adapter = (part: BlockPart, x: number, y: number) => {
    const found = of(part);
    return found.length > 0 ? put(part, adapterShapes(found, near), x, y) : x;
  };

  const room = model.prefixLength > 0 ? Math.max(least, model.prefixLength) + near : 0;
  let x = vector('input_norm', 0, room);
  x = modules(['q_proj', 'k_proj', 'v_proj'], x, room);
  const attention = {
    name: 'attention',
    role: 'value' as const,
    x: 0,
    y: 0,
    width: least,
    height: least,
  };
  x = put('attention', [attention], x, room);
  x = modules(['o_proj'], x, room);
  let right = adapter('attention_adapter', x, room);
  if (room > 0) putPrefix(items, model, room - near);

  const lower = Math.max(...items.map(({ box }) => box.y + box.height)) + gap;
  x = vector('post_norm', 0, lower);
  x = modules(['gate_proj', 'up_proj'], x, lower);
  const down = x;
  right = Math.max(right, modules(['down_proj'], down, lower));
  const { box } = items.at(-1)!;
  right = Math.max(right, adapter('mlp_adapter', down, box.y + box.height + gap));
  const height = Math.max(...items.map(({ box }) => box.y + box.height));
  return { width: right - gap, height, items };
}

/** Keys and values in front of a layer's own, above the matrices that make those: as wide, one row a position. */
function putPrefix(items: Item[], { config, prefixLength }: DrawnModel, bottom: number): void {
  const width = config.keyValueHeads * config.headSize;
  const [keys, values] = (['k_proj', 'v_proj'] as const).map((part) =>
    items.find((item) => item.part === part)!,
  );
  const bar = ({ box }: Item): Drawn => ({
    name: 'prefix',
    role: 'trained',
    x: box.x,
    y: bottom - prefixLength,
    width,
    height: prefixLength,
  });
  const shapes = [bar(keys!), bar(values!)];
  const extent = extentOf(shapes);
  const box = { ...extent, y: 0, height: bottom };
  items.push({ part: 'prefix', layer: keys!.layer, label: PART_LABELS.prefix, box, shapes });
}

/** The whole model: embeddings, blocks in rows, and what stands behind them. @param columns blocks in a row */
export function overviewLayout(model: DrawnModel, columns: number): Layout {
  const { config, tensors } = model;
  const d = config.hiddenSize;
  const [near, gap] = [nearOf(d), d];
  const of = (part: Part) => tensorsOf(tensors, part, null);
  const blocks = Array.from({ length: config.layers }, (_, layer) => blockLayout(model, layer));
  const cell = {
    width: Math.max(...blocks.map(({ width }) => width)),
    height: Math.max(...blocks.map(({ height }) => height)),
  };
  const across = Math.min(columns, config.layers);
  const width = across * cell.width + (across - 1) * gap;
  const items: Item[] = [];
  const put = (part: Part, made: Drawn[], box: Rect) => {
    const extent = extentOf(made);
    const dy = box.y + (box.height - extent.height) / 2 - extent.y;
    const shapes = made.map((shape) => movedBy(shape, box.x - extent.x, dy));
    items.push({ part, layer: null, label: PART_LABELS[part], box, shapes });
  };

  const table = foldedShapes(of('embedding')[0]!, width, near);
  put('embedding', table, { ...extentOf(table), width });
  let top = extentOf(table).height + gap;
  blocks.forEach((block, layer) => {
    const x = (layer % across) * (cell.width + gap);
    const y = top + Math.floor(layer / across) * (cell.height + gap);
    const shapes = block.items.flatMap((item) => item.shapes.map((shape) => movedBy(shape, x, y)));
    items.push({ part: null, layer, label: `block ${layer}`, box: { x, y, ...cell }, shapes });
  });
  top += Math.ceil(config.layers / across) * (cell.height + gap);

  const behind: [Part, Drawn[]][] = [
    [
      'residual',
      [{ name: 'residual', role: 'value', x: 0, y: 0, width: d, height: config.layers + 2 }],
    ],
    ['final_norm', of('final_norm').map(lyingVector)],
  ];
  if (of('head').length > 0) behind.push(['head', rowShapes(of('head'), near)]);
  const slot = width / (across === 1 ? 1 : behind.length);
  const tall = Math.max(width / 14, d / 2);
  behind.forEach(([part, made], index) => {
    const row = across === 1 ? index : 0;
    const x = across === 1 ? 0 : index * slot;
    put(part, made, { x, y: top + row * tall, width: slot - near, height: tall });
  });
  top += (across === 1 ? behind.length : 1) * tall;
  if (of('prefix_mlp').length > 0) {
    const made = rowShapes(of('prefix_mlp'), near);
    put('prefix_mlp', made, { ...extentOf(made), x: 0, y: top + near, width });
    top += extentOf(made).height + near;
  }
  // A prefix MLP can be longer than a row of blocks is wide.
  const farthest = Math.max(
    width,
    ...items.map(({ shapes }) => extentOf(shapes)).map((e) => e.x + e.width),
  );
  return { width: farthest, height: top, items };
}
