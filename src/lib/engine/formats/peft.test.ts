import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import checked from '../../../../tests/fixtures/peft/checked.json';
import { exportedTrainables } from '../methods/index.ts';
import { loadBaseModel } from '../model/base-model.ts';
import { createNodeRuntime } from '../runtime/node.ts';
import { artifactLogits } from '../testing/artifact-logits.ts';
import { ArtifactError, readArtifact } from './artifact.ts';
import { isPeftMethod, peftConfig, peftMethod } from './peft.ts';
import { defaultMethod, METHOD_KINDS } from './recipe.ts';

const base = await loadBaseModel('nano', async (file) =>
  readFileSync(`static/models/nano/${file}`),
);
const read = (path: string) => readFileSync(`tests/fixtures/${path}`);
const json = (path: string) => JSON.parse(read(path).toString()) as unknown;
const tensorsOf = (folder: string) => new Uint8Array(read(`${folder}/adapter_model.safetensors`));
const LABELS = 12;

interface Expected {
  labels: number;
  cases: { ids: number[]; logits: number[] }[];
}

describe.each(Object.entries(checked.adapters))(
  'E-11: the exported adapter %s',
  (name, { largestDifference, sha256 }) => {
    const folder = `peft/${name}`;
    const config = json(`${folder}/adapter_config.json`);
    const method = peftMethod(config);
    const file = tensorsOf(folder);

    it('was loaded by Python peft, with the logits that the engine gives', async () => {
      expect(createHash('sha256').update(file).digest('hex')).toBe(sha256);
      expect(largestDifference).toBeLessThan(1e-4);
      const { labels, cases } = json(`${folder}/expected.json`) as Expected;
      const runtime = await createNodeRuntime({ threads: 1 });
      const ids = cases.map((text) => text.ids);
      const logits = await artifactLogits(runtime, base, method, file, labels, ids);
      cases.forEach((text, i) =>
        text.logits.forEach((value, label) =>
          expect(Math.abs(value - logits[i]![label]!)).toBeLessThan(1e-5),
        ),
      );
    });

    it('has the config that is written for its method', () => {
      const path = (config as { base_model_name_or_path: string }).base_model_name_or_path;
      expect(peftConfig(base.config, method, path)).toEqual(config);
    });
  },
);

describe('E-11: a file that peft would load wrongly or not at all is refused', () => {
  const trainables = (folder: string) =>
    exportedTrainables(base.config, peftMethod(json(`${folder}/adapter_config.json`)), LABELS);

  it.each([
    ['no-prefix', /must be base_model\.model\.model\.layers\.0.*without base_model\.model\./],
    ['transposed', /lora_A\.weight is transposed: it has shape \[128, 2\].* trains \[2, 128\]/],
  ])('%s', (name, reason) => {
    const folder = `peft-bad/${name}`;
    expect(() => readArtifact(tensorsOf(folder), trainables(folder))).toThrow(ArtifactError);
    expect(() => readArtifact(tensorsOf(folder), trainables(folder))).toThrow(reason);
  });

  it('no-rank', () => {
    expect(() => trainables('peft-bad/no-rank')).toThrow(ArtifactError);
    expect(() => trainables('peft-bad/no-rank')).toThrow(
      /adapter_config\.json: there is no r, so peft would take 8/,
    );
    // Read as what peft would take it for, it is refused by its shapes.
    const asPeft = exportedTrainables(
      base.config,
      { ...defaultMethod('lora'), rank: 8, targets: ['q_proj', 'v_proj'] },
      LABELS,
    );
    expect(() => readArtifact(tensorsOf('peft-bad/no-rank'), asPeft)).toThrow(
      /has shape \[2, 128\], but this recipe trains \[8, 128\]/,
    );
  });
});

describe('peftConfig', () => {
  it('is there for the methods that peft has, and for no other', () => {
    for (const kind of METHOD_KINDS) {
      const write = () => peftConfig(base.config, defaultMethod(kind), 'nano');
      if (isPeftMethod({ kind } as never)) expect(write()).toHaveProperty('peft_type');
      else expect(write).toThrow(RangeError);
    }
  });

  it('counts the heads that keys and values have', () => {
    const grouped = { ...base.config, keyValueHeads: 2 };
    expect(peftConfig(grouped, defaultMethod('p-tuning-v2'), 'x')).toMatchObject({
      token_dim: 64,
      num_attention_heads: 2,
    });
  });
});

describe('peftMethod', () => {
  const lora = peftConfig(base.config, defaultMethod('lora'), 'nano');

  it('E-11: takes the patterns and the starts that leave base, ranks and scales as they are', () => {
    for (const init_lora_weights of [true, false, 'gaussian'])
      for (const pattern of [{}, null]) {
        const patterns = { rank_pattern: pattern, alpha_pattern: pattern };
        expect(peftMethod({ ...lora, ...patterns, init_lora_weights })).toEqual(peftMethod(lora));
      }
  });

  it.each([
    ['another kind of adapter', { peft_type: 'VERA' }, /peft_type is none of/],
    ['no alpha', { ...lora, lora_alpha: undefined }, /no lora_alpha/],
    ['a module that is none', { ...lora, target_modules: ['lm_head'] }, /target_modules holds/],
    ['a rank of one module', { ...lora, rank_pattern: { q_proj: 4 } }, /rank_pattern gives/],
    ['an alpha of one module', { ...lora, alpha_pattern: { q_proj: 4 } }, /alpha_pattern gives/],
    [
      'a start that moves the base',
      { ...lora, init_lora_weights: 'pissa' },
      /init_lora_weights is/,
    ],
    ['a rank above the limit', { ...lora, r: 4096 }, /LoRA rank must be at most/],
    [
      'IA³ elsewhere',
      { peft_type: 'IA3', target_modules: ['q_proj'], feedforward_modules: [] },
      /IA³ is read on k_proj, v_proj and down_proj alone/,
    ],
    [
      'a prefix with its MLP',
      { peft_type: 'PREFIX_TUNING', num_virtual_tokens: 4, prefix_projection: true },
      /folded away/,
    ],
    ['no object', null, /adapter_config\.json/],
  ])('E-11: refuses %s, naming the field', (_name, config, reason) => {
    expect(() => peftMethod(config)).toThrow(ArtifactError);
    expect(() => peftMethod(config)).toThrow(reason);
  });
});
