import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METHODS_REPORT } from '../../../measurements/methods.ts';
import { defaultMethod, type MethodKind } from '../../../engine/formats/recipe.ts';
import { trainablesOf } from '../../../engine/methods/index.ts';
import { linearShape, parseLlamaConfig } from '../../../engine/model/config.ts';
import { LINEAR_MODULES } from '../../../engine/formats/method.ts';
import { dequantiseInteger, quantiseInteger } from '../../../engine/quant/integer.ts';
import { EXTENT, MATRICES, METHODS, VECTOR } from './block-geometry.ts';
import { INT4_LEVELS, LLAMA_7B, MEASURED_RUN, MIXED_PRECISION, NANO } from './facts.ts';

const file = (name: string) =>
  JSON.parse(readFileSync(`static/models/nano/${name}`, 'utf8')) as Record<string, unknown>;
const config = parseLlamaConfig(file('config.json'));
const area = (rects: readonly { width: number; height: number }[]) =>
  rects.reduce((sum, { width, height }) => sum + width * height, 0);

describe('what the figures of lesson 04 draw (A-23)', () => {
  it('is of nano as its files have it', () => {
    expect(NANO.pretrainingTokens).toBe(file('training.json').tokensSeen);
    expect([NANO.layers, NANO.width, NANO.inner]).toEqual([
      config.layers,
      config.hiddenSize,
      config.intermediateSize,
    ]);
  });

  it('is of a run as it was measured', () => {
    const { recipe } = METHODS_REPORT.rows[0]!;
    expect(MEASURED_RUN).toEqual({
      steps: METHODS_REPORT.steps,
      batch: recipe.batchSize,
      length: recipe.sequenceLength,
    });
  });

  it('has the levels that the engine’s int4 has', () => {
    const ramp = Float32Array.from({ length: 32 }, (_, index) => -1 + index / 15.5);
    const levels = new Set(dequantiseInteger(quantiseInteger(ramp, [1, 32], 'int4')));
    const sorted = [...levels].sort((a, b) => a - b);
    expect(sorted).toHaveLength(INT4_LEVELS.length);
    for (const [index, level] of sorted.entries())
      expect(level).toBeCloseTo(INT4_LEVELS[index]!, 6);
  });

  it('gives full fine-tuning of LLaMA-7B the cited sixteen bytes a parameter', () => {
    const { weight, gradient, optimiser } = MIXED_PRECISION;
    expect(LLAMA_7B.parameters * (weight + gradient + optimiser)).toBeCloseTo(107.2e9, -7);
  });

  it('shows each matrix in the shape that the model has', () => {
    expect(MATRICES.map(({ name, height, width }) => [name, height, width])).toEqual(
      LINEAR_MODULES.map((module) => [module.replace('_proj', ''), ...linearShape(config, module)]),
    );
  });

  it.each(METHODS)('shows as much area as $id trains in a block', ({ id, trained }) => {
    if (id === 'prompting') return expect(trained).toEqual([]);
    const inBlock = trainablesOf(config, defaultMethod(id as MethodKind), 12).filter(
      ({ name, shape }) => !name.includes('score') && (id === 'ia3' || shape.length > 1),
    );
    // One tensor of a prefix is of all layers; the embedding and the norms are not the block's matrices.
    const layers = inBlock.filter(({ name }) => /layers\.0\./.test(name));
    const parameters =
      id === 'p-tuning-v2'
        ? inBlock[0]!.shape.reduce((a, b) => a * b) / config.layers
        : layers.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
    expect(area(trained) / (id === 'ia3' ? VECTOR : 1)).toBe(parameters);
  });

  it('stays inside its extent, and nothing trained overlaps what is frozen', () => {
    const overlap = (a: (typeof MATRICES)[number], b: Omit<(typeof MATRICES)[number], 'name'>) =>
      a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
    for (const { id, trained } of METHODS)
      for (const rect of trained) {
        expect(rect.x + rect.width).toBeLessThanOrEqual(EXTENT.width);
        expect(rect.y + rect.height).toBeLessThanOrEqual(EXTENT.height);
        if (id !== 'full') expect(MATRICES.some((matrix) => overlap(matrix, rect))).toBe(false);
      }
  });
});
