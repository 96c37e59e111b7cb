/** Submissions made by hand, without the lab: honest ones, dishonest ones and broken ones. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { APIResponse, Page } from '@playwright/test';
import { root } from '../../../scripts/lib/paths.mjs';
import { defaultRecipe, type Recipe } from '../../../src/lib/engine/formats/recipe.ts';
import { writeSafetensors } from '../../../src/lib/engine/formats/safetensors.ts';
import type { Report } from '../../../src/lib/live/protocol.ts';

/** A head-only recipe: its artifact is one tensor, `score.weight` [labels, hidden]. */
export const headRecipe = (): Recipe => defaultRecipe('head');

/** A head with random weights: classifies at the level of chance. */
export async function randomHead(labels = 12): Promise<Uint8Array<ArrayBuffer>> {
  const config = JSON.parse(
    await readFile(join(root, 'static/models/nano/config.json'), 'utf8'),
  ) as { hidden_size: number };
  // A fixed sequence instead of Math.random: the same weights, and so the same score, in every run.
  let state = 42;
  const data = Float32Array.from({ length: labels * config.hidden_size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  return writeSafetensors(
    new Map([['score.weight', { shape: [labels, config.hidden_size], data }]]),
  );
}

export interface Upload {
  recipe: unknown;
  report: Report | Record<string, unknown>;
  artifact: Uint8Array<ArrayBuffer> | null;
}

/** Sends one submission with the cookies of `page`, as text exactly as given where it is a string. */
export function upload(
  page: Page,
  code: string,
  runId: string,
  sent: Upload,
): Promise<APIResponse> {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const form = new FormData();
  form.set('recipe', text(sent.recipe));
  form.set('report', text(sent.report));
  if (sent.artifact) form.set('artifact', new File([sent.artifact], 'artifact.safetensors'));
  return page.request.put(`/api/sessions/${code}/submissions/${runId}`, {
    multipart: form,
    headers: { origin: new URL(page.url()).origin },
  });
}
