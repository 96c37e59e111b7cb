import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { defaultRecipe, METHOD_KINDS, type Quantisation } from '../engine/formats/recipe.ts';
import { artifactName, isForPeft, peftConfigFile, peftNote } from './download.ts';

const shipped = async (path: URL | RequestInfo) =>
  new Response(await readFile(`static${path as string}`));

describe('a download', () => {
  it('is named by what its recipe is', () => {
    const recipe = { ...defaultRecipe('lora'), quantisation: 'nf4-double' as const };
    expect(artifactName(recipe)).toBe('nano-lora-r8-nf4-double.safetensors');
    expect(artifactName(defaultRecipe('ia3'))).toBe('nano-ia3.safetensors');
  });

  it('E-11: has a config for peft where peft has the method', async () => {
    const offered = METHOD_KINDS.filter((kind) => isForPeft(defaultRecipe(kind)));
    expect(offered).toEqual(['lora', 'prefix', 'p-tuning-v2', 'ia3']);
    for (const kind of offered) {
      const file = await peftConfigFile(defaultRecipe(kind), shipped);
      expect(JSON.parse(new TextDecoder().decode(file))).toMatchObject({
        task_type: 'SEQ_CLS',
        base_model_name_or_path: 'nano',
      });
    }
  });

  it('E-11: says how the base must be rounded, and has no config where Python has no such base', () => {
    const on = (quantisation: Quantisation) => ({ ...defaultRecipe('lora'), quantisation });
    expect(peftNote(on('fp32'))).toBeNull();
    expect(isForPeft(on('nf4'))).toBe(true);
    expect(peftNote(on('nf4'))).toMatch(/bitsandbytes.*"nf4"\.$/);
    expect(isForPeft(on('nf4-double'))).toBe(true);
    expect(peftNote(on('nf4-double'))).toMatch(/bnb_4bit_use_double_quant\.$/);
    for (const quantisation of ['int8', 'int4'] as const) {
      expect(isForPeft(on(quantisation))).toBe(false);
      expect(peftNote(on(quantisation))).toContain(`rounded to ${quantisation}`);
    }
    expect(peftNote({ ...defaultRecipe('head'), quantisation: 'int4' })).toBeNull();
  });

  it('has none on random weights, which nobody else has', () => {
    const recipe = defaultRecipe('lora');
    expect(isForPeft({ ...recipe, base: { id: 'nano', weights: 'random' } })).toBe(false);
  });
});
