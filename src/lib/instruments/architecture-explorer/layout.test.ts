import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultMethod, METHOD_KINDS, type Method } from '../../engine/formats/recipe.ts';
import { listTensors } from '../../engine/inspect/tensors.ts';
import { definitionOf } from '../../engine/methods/index.ts';
import { parseLlamaConfig } from '../../engine/model/config.ts';
import { blockLayout, overviewLayout, type DrawnModel, type Layout } from './layout.ts';
import { placeOf } from './parts.ts';
import { cellAfter, neighbour } from './walk.ts';

const METHODS: Method[] = [
  ...METHOD_KINDS.map((kind) => defaultMethod(kind)),
  { ...defaultMethod('lora'), rank: 64, dora: true },
  { kind: 'adapter', placement: 'houlsby', reduction: 2 },
];
const CASES = ['nano', 'small'].flatMap((id) =>
  METHODS.map((method) => ({ id, method, name: `${method.kind} on ${id}` })),
);

function modelOf(id: string, method: Method): DrawnModel {
  const file = readFileSync(`static/models/${id}/config.json`, 'utf8');
  const config = parseLlamaConfig(JSON.parse(file));
  const tensors = listTensors(config, { method, quantisation: 'fp32' }, 12);
  return { config, tensors, prefixLength: definitionOf(method).prefixLength(method) };
}

const inside = ({ items, width, height }: Layout) =>
  items
    .flatMap(({ shapes, box }) => [...shapes, box])
    .every(
      (rect) =>
        rect.x >= -1e-6 &&
        rect.y >= -1e-6 &&
        rect.x + rect.width <= width + 1e-6 &&
        rect.y + rect.height <= height + 1e-6,
    );
const overlap = ({ items }: Layout) =>
  items.flatMap((a, i) =>
    items
      .slice(i + 1)
      .filter(
        (b) =>
          a.box.x < b.box.x + b.box.width - 1e-6 &&
          b.box.x < a.box.x + a.box.width - 1e-6 &&
          a.box.y < b.box.y + b.box.height - 1e-6 &&
          b.box.y < a.box.y + a.box.height - 1e-6,
      )
      .map((b) => `${a.label} and ${b.label}`),
  );

describe.each(CASES)('the drawing of $name (N-1)', ({ id, method }) => {
  const model = modelOf(id, method);

  it.each([1, 2, 4])(
    'gives each tensor the area of its parameters, %s blocks in a row',
    (columns) => {
      const area = new Map<string, number>();
      for (const { name, role, width, height } of overviewLayout(model, columns).items.flatMap(
        ({ shapes }) => shapes,
      ))
        if (role !== 'value') area.set(name, (area.get(name) ?? 0) + width * height);
      // The prefix is one tensor of all layers, or made by an MLP; it is drawn where it stands.
      const { keyValueHeads, headSize, layers } = model.config;
      const prefix = 2 * layers * keyValueHeads * headSize * model.prefixLength;
      expect(area.get('prefix') ?? 0).toBe(prefix);
      area.delete('prefix');
      const expected = model.tensors.filter(({ name }) => placeOf(name).part !== 'prefix');
      expect(area.size).toBe(expected.length);
      for (const { name, parameters } of expected)
        expect(area.get(name)).toBeCloseTo(parameters, 6);
    },
  );

  it('puts nothing outside and nothing on top of something else', () => {
    for (const layout of [
      ...[1, 2, 4].map((columns) => overviewLayout(model, columns)),
      blockLayout(model, 1),
    ]) {
      expect(inside(layout)).toBe(true);
      expect(overlap(layout)).toEqual([]);
    }
  });

  it('lets arrow keys reach everything from everywhere (N-7)', () => {
    for (const { items } of [overviewLayout(model, 2), blockLayout(model, 0)]) {
      const boxes = items.map(({ box }) => box);
      const reached = new Set([0]);
      for (const index of reached)
        for (const direction of ['left', 'right', 'up', 'down'] as const)
          reached.add(neighbour(boxes, index, direction));
      expect(reached.size).toBe(items.length);
    }
  });
});

describe('a matrix by keyboard (N-7)', () => {
  const size = [10, 20] as const;
  it.each([
    ['ArrowRight', [0, 1]],
    ['ArrowDown', [1, 0]],
    ['ArrowLeft', [0, 0]],
    ['End', [0, 19]],
    ['PageDown', [9, 0]],
  ] as const)('%s stays inside', (key, expected) => {
    expect(cellAfter(key, [0, 0], size)).toEqual(expected);
  });
  it('leaves other keys alone', () => {
    expect(cellAfter('a', [0, 0], size)).toBeNull();
  });
});
