import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { elements } from '../engine/graph/dtype.ts';
import { checkpointTensors, parseLlamaConfig } from '../engine/model/config.ts';
import { baseCosts, BASES } from './bases.ts';

const read = (path: string) => readFileSync(`static${path}`, 'utf8');
const fromDisk = (path: string) => Promise.resolve(new Response(read(path)));

describe('the shipped base models (L-12)', () => {
  it('are the folders of static/models, with the parameters of their configurations', () => {
    expect(BASES.map(({ id }) => id).toSorted()).toEqual(readdirSync('static/models').toSorted());
    for (const { id, parameters } of BASES) {
      const config = parseLlamaConfig(JSON.parse(read(`/models/${id}/config.json`)));
      const counted = checkpointTensors(config).reduce(
        (sum, { shape }) => sum + elements(shape),
        0,
      );
      expect(parameters, id).toBe(counted);
    }
  });

  it('stand in the order of what their default recipe computes', async () => {
    const costs = await baseCosts('definition-domain', fromDisk as typeof fetch);
    expect(costs.map(({ recipe }) => recipe.base.id)).toEqual(BASES.map(({ id }) => id));
    const work = costs.map(({ counts }) => counts.multiplications);
    expect(work).toEqual(work.toSorted((a, b) => a - b));
    expect(work.at(-1)).toBeGreaterThan(2 * work[0]!);
  });
});
