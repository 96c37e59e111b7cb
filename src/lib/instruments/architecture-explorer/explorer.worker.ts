/** Reads texts and weights with the engine, apart from the lab's worker: a run there goes on undisturbed. */
import { Inspector } from '../../engine/inspect/inspector.ts';
import { updateOf } from '../../engine/inspect/update.ts';
import type { Quantisation } from '../../engine/formats/recipe.ts';
import { checkpointTensors } from '../../engine/model/config.ts';
import { roundedTo } from '../../engine/quant/quantise.ts';
import type { Runtime } from '../../engine/runtime/runtime.ts';
import { openRuntime } from '../../lab/browser-runtime.ts';
import { remembered } from '../../lab/remembered.ts';
import { dieOf } from '../ask/die.ts';
import { modelOf, serve } from '../ask/serve.ts';
import type { Answer, Ask, ExplorerQuestions } from './protocol.ts';

const runtimes = new Map<string, Promise<Runtime>>();
/** The one in use: each holds a copy of the weights. */
let inspector: { key: string; made: Inspector } | null = null;

serve<ExplorerQuestions>({ inspect, tensor: readTensor, update: readUpdate });

async function inspect({ base, quantisation, text }: Ask<'inspect'>): Promise<Answer<'inspect'>> {
  const runtime = await remembered(runtimes, 'auto', () => openRuntime({ onlost: dieOf }));
  const made = await inspectorOf(runtime, base, quantisation);
  return { ...(await made.inspect(text)), choice: runtime.choice };
}

async function inspectorOf(
  runtime: Runtime,
  base: string,
  quantisation: Quantisation,
): Promise<Inspector> {
  const key = `${base} ${quantisation}`;
  if (inspector?.key === key) return inspector.made;
  const model = await modelOf(base);
  await inspector?.made.release();
  inspector = null;
  const made = await Inspector.create(runtime, model, quantisation);
  inspector = { key, made };
  return made;
}

async function readTensor({ base, quantisation, name }: Ask<'tensor'>): Promise<Answer<'tensor'>> {
  const { config, weights } = await modelOf(base);
  const tensor = weights.get(name);
  if (!tensor) throw new Error(`${base} has no ${name}.`);
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
