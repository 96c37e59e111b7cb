/** `training.json`: what pretraining recorded of itself, for the model's card. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as v from 'valibot';

const number = v.number();

const AncestrySchema = v.object({
  id: v.string(),
  parameters: number,
  steps: number,
  tokensSeen: number,
  heldOutLoss: number,
});

const TrainingRecordSchema = v.object({
  parameters: number,
  /** The shipped model that the first weights were grown from; absent where they were random. */
  grownFrom: v.optional(AncestrySchema),
  corpusTokens: number,
  /** Of this model's own training, its parent's not counted. */
  tokensSeen: number,
  steps: number,
  /** What the schedule of the learning rate was made for; more than `steps` in an export made on the way. */
  plannedSteps: v.optional(number),
  trainingSeconds: number,
  heldOutTokens: number,
  heldOutLoss: number,
  heldOutCurve: v.array(v.object({ step: number, loss: number })),
  seed: number,
  batch: v.object({ batch: number, length: number }),
  optimiser: v.looseObject({ learningRate: number, warmupSteps: number, weightDecay: number }),
});

export type Ancestry = v.InferOutput<typeof AncestrySchema>;
export type TrainingRecord = v.InferOutput<typeof TrainingRecordSchema>;

/** @param folder of a shipped model @throws when its record is missing or lacks a field */
export function readTrainingRecord(folder: string): TrainingRecord {
  return v.parse(
    TrainingRecordSchema,
    JSON.parse(readFileSync(join(folder, 'training.json'), 'utf8')),
  );
}

/** What a model grown from the one in `folder` records of it. */
export function ancestryOf(folder: string): Ancestry {
  const { parameters, steps, tokensSeen, heldOutLoss } = readTrainingRecord(folder);
  return { id: basename(folder), parameters, steps, tokensSeen, heldOutLoss };
}
