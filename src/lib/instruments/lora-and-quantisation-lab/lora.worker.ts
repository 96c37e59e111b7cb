/** Reads weights, artifacts and formats with the engine, apart from the lab's worker: a run there goes on undisturbed. */
import type { LinearModule } from '../../engine/formats/recipe.ts';
import { commonSpan, quantisationReport } from '../../engine/inspect/quantisation.ts';
import { spectrumOf } from '../../engine/inspect/spectrum.ts';
import { moduleUpdate } from '../../engine/inspect/update.ts';
import { trainablesOf } from '../../engine/methods/index.ts';
import { loraNames } from '../../engine/methods/lora.ts';
import { linearPath, linearShape } from '../../engine/model/config.ts';
import { roundedTo } from '../../engine/quant/quantise.ts';
import { baseFor } from '../../engine/train/evaluate.ts';
import { initialParameters, unpack } from '../../engine/train/parameters.ts';
import { modelOf, serve } from '../ask/serve.ts';
import type { Answer, Ask, LoraQuestions, Matrix } from './protocol.ts';
import { FORMATS } from './state.ts';

serve<LoraQuestions>({ matrices, spectrum, quantise });

async function matrices(ask: Ask<'matrices'>): Promise<Answer<'matrices'>> {
  const { recipe, artifact, labels, layer, module } = ask;
  const model = await modelOf(recipe.base.id);
  if (artifact) {
    const update = moduleUpdate(model, recipe, artifact, labels, layer, module);
    return {
      w: matrix(update.stored, update.shape),
      ...factorsOf(update.tensors, layer, module),
      delta: matrix(Float32Array.from(update.delta), update.shape),
    };
  }
  const { config, weights } = baseFor(recipe, model);
  const shape = linearShape(config, module);
  const { data } = weights.get(`${linearPath(layer, module)}.weight`)!;
  const { method, quantisation, seed } = recipe;
  const trainables = trainablesOf(config, method, labels).filter(({ name }) =>
    name.includes(`${linearPath(layer, module)}.lora_`),
  );
  const tensors = unpack(trainables, initialParameters(trainables, weights, seed, quantisation));
  return {
    w: matrix(quantisation === 'fp32' ? data : roundedTo(quantisation, data, shape), shape),
    ...factorsOf(tensors, layer, module),
    delta: null,
  };
}

async function spectrum(ask: Ask<'spectrum'>): Promise<Answer<'spectrum'>> {
  const { recipe, artifact, labels, layer, module } = ask;
  const model = await modelOf(recipe.base.id);
  return spectrumOf(moduleUpdate(model, recipe, artifact, labels, layer, module));
}

async function quantise({ recipe, layer, module }: Ask<'quantise'>): Promise<Answer<'quantise'>> {
  const { config, weights } = baseFor(recipe, await modelOf(recipe.base.id));
  const { data } = weights.get(`${linearPath(layer, module)}.weight`)!;
  const shape = linearShape(config, module);
  const span = commonSpan(FORMATS, data, shape);
  return { span, reports: FORMATS.map((format) => quantisationReport(format, data, shape, span)) };
}

type Tensors = ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>;

function factorsOf(tensors: Tensors, layer: number, module: LinearModule) {
  const names = loraNames(layer, module);
  const found = (name: string): Matrix | null => {
    const tensor = tensors.get(name);
    return tensor ? matrix(tensor.data, [tensor.shape[0]!, tensor.shape[1] ?? 1]) : null;
  };
  return { a: found(names.a), b: found(names.b), magnitude: found(names.magnitude) };
}

/** A copy: views of a whole artifact would be sent with all of it. */
function matrix(data: Float32Array, [rows, columns]: readonly [number, number]): Matrix {
  return { rows, columns, data: data.slice() };
}
