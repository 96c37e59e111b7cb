/** Reads texts and weights with the engine, apart from the lab's worker: a run there goes on undisturbed. */
import { Inspector } from '../../engine/inspect/inspector.ts';
import { updateOf } from '../../engine/inspect/update.ts';
import type { Quantisation } from '../../engine/formats/recipe.ts';
import type { BaseModel } from '../../engine/model/base-model.ts';
import { checkpointTensors } from '../../engine/model/config.ts';
import { roundedTo } from '../../engine/quant/quantise.ts';
import type { Runtime } from '../../engine/runtime/runtime.ts';
import { baseFor } from '../../engine/train/evaluate.ts';
import { openRuntime } from '../../lab/browser-runtime.ts';
import { remembered } from '../../lab/remembered.ts';
import { dieOf } from '../ask/die.ts';
import { modelOf, serve } from '../ask/serve.ts';
import type { Answer, Ask, ExplorerQuestions } from './protocol.ts';
import { keyOf, type Start } from './reading.ts';

const runtimes = new Map<string, Promise<Runtime>>();
/** The one in use: each holds a copy of the weights. */
let inspector: { key: string; made: Inspector } | null = null;
/** Random weights take a while to draw. */
let started: { key: string; model: BaseModel } | null = null;

serve<ExplorerQuestions>({ inspect, tensor: readTensor, update: readUpdate });

async function inspect({ text, ...of }: Ask<'inspect'>): Promise<Answer<'inspect'>> {
  const runtime = await remembered(runtimes, 'auto', () => openRuntime({ onlost: dieOf }));
  const made = await inspectorOf(runtime, of, of.quantisation);
  return { ...(await made.inspect(text)), choice: runtime.choice };
}

async function inspectorOf(
  runtime: Runtime,
  start: Start,
  quantisation: Quantisation,
): Promise<Inspector> {
  const key = `${keyOf(start)} ${quantisation}`;
  if (inspector?.key === key) return inspector.made;
  const model = await startingModel(start);
  await inspector?.made.release();
  inspector = null;
  const made = await Inspector.create(runtime, model, quantisation);
  inspector = { key, made };
  return made;
}

async function startingModel(start: Start): Promise<BaseModel> {
  const key = keyOf(start);
  if (started?.key !== key) started = { key, model: baseFor(start, await modelOf(start.base.id)) };
  return started.model;
}

async function readTensor({
  quantisation,
  name,
  ...start
}: Ask<'tensor'>): Promise<Answer<'tensor'>> {
  const { config, weights } = await startingModel(start);
  const tensor = weights.get(name);
  if (!tensor) throw new Error(`${start.base.id} has no ${name}.`);
  const { shape, data } = tensor;
  const { linear } = checkpointTensors(config).find((known) => known.name === name)!;
  const stored =
    linear && quantisation !== 'fp32'
      ? roundedTo(quantisation, data, [shape[0]!, shape[1]!])
      : null;
  return { shape, values: data, stored };
}

async function readUpdate({ recipe, artifact, labels }: Ask<'update'>): Promise<Answer<'update'>> {
  return updateOf(await modelOf(recipe.base.id), recipe, artifact, labels);
}
