import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultRecipe } from '../../engine/formats/recipe.ts';
import { commonSpan, quantisationReport } from '../../engine/inspect/quantisation.ts';
import { valuesFor } from '../../engine/inspect/spectrum.ts';
import { loadBaseModel } from '../../engine/model/base-model.ts';
import {
  fullRun,
  nearestRank,
  quantisationPath,
  readQuantisation,
  readSpectra,
  runsFor,
  shortReport,
  SPECTRA_PATH,
} from './recorded.ts';
import { FORMATS } from './state.ts';

const json = (path: string): unknown => JSON.parse(readFileSync(`static${path}`, 'utf8'));
const spectra = readSpectra(json(SPECTRA_PATH));
const recipe = (task: string, base = 'nano') => ({
  ...defaultRecipe(),
  task,
  base: { id: base, weights: 'pretrained' as const },
});

describe('recorded runs (N-21)', () => {
  it('have r values above rounding in every matrix under LoRA, and all of them in full fine-tuning', () => {
    for (const { recipe, spectra: found } of spectra.runs) {
      const { method } = recipe;
      expect(Object.keys(found)).toHaveLength(28);
      for (const values of Object.values(found)) {
        expect(values).toHaveLength(method.kind === 'lora' ? method.rank : 128);
        expect(values).toEqual([...values].sort((a, b) => b - a));
      }
    }
  });

  it('are those of the task where it is recorded, and of the nearest rank', () => {
    const near = runsFor(spectra, recipe('ciphered-domain'))!;
    expect(near.task).toBe('ciphered-domain');
    expect(fullRun(near.runs)!.recipe).toMatchObject({ task: 'ciphered-domain' });
    const rankOf = (rank: number) => nearestRank(near.runs, rank)!.recipe.method;
    expect(rankOf(9)).toMatchObject({ rank: 8 });
    expect(rankOf(13)).toMatchObject({ rank: 16 });
    expect(rankOf(60)).toMatchObject({ rank: 64 });
    expect(runsFor(spectra, recipe('spam'))!.task).toBe('definition-domain');
    expect(runsFor(spectra, recipe('spam', 'small'))).toBeNull();
  });

  it('have learnt something: their loss falls, and full fine-tuning spreads over many directions', () => {
    for (const { losses, validations } of spectra.runs) {
      expect(losses.at(-1)!.loss).toBeLessThan(losses[0]!.loss);
      expect(validations.at(-1)!.accuracy).toBeGreaterThan(validations[0]!.accuracy);
    }
    const full = fullRun(spectra.runs)!;
    for (const values of Object.values(full.spectra))
      expect(valuesFor(values, 0.9)).toBeGreaterThan(1);
  });
});

describe('recorded errors of the formats (N-22)', () => {
  it("are the engine's, of the shipped weights", async () => {
    const nano = await loadBaseModel('nano', (file) =>
      Promise.resolve(readFileSync(`static/models/nano/${file}`)),
    );
    const recorded = readQuantisation(json(quantisationPath('nano')));
    expect(Object.keys(recorded)).toHaveLength(28);
    for (const name of [
      'model.layers.0.self_attn.q_proj.weight',
      'model.layers.3.mlp.down_proj.weight',
    ]) {
      const { shape, data } = nano.weights.get(name)!;
      const size = [shape[0]!, shape[1]!] as const;
      const span = commonSpan(FORMATS, data, size);
      const reports = FORMATS.map((format) =>
        shortReport(quantisationReport(format, data, size, span)),
      );
      expect(recorded[name]).toEqual({ span, reports });
    }
  });
});
