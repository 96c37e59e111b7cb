/**
 * The verified rows of a class's public leaderboard as points. A board has names, accuracy and trained parameters;
 * it knows no model, bytes or time, so on other figures its rows have no place.
 */
import * as v from 'valibot';
import type { PlotPoint } from './points.ts';

const BoardSchema = v.object({
  round: v.nullable(v.number()),
  rows: v.array(
    v.object({
      submissionId: v.string(),
      nickname: v.string(),
      recipe: v.string(),
      status: v.string(),
      accuracy: v.nullable(v.number()),
      trainable: v.nullable(v.number()),
    }),
  ),
});

/** @throws with a sentence where there is no such class, or no answer */
export async function fetchBoard(
  code: string,
  fetch: typeof globalThis.fetch,
): Promise<PlotPoint[]> {
  const response = await fetch(`/api/sessions/${encodeURIComponent(code)}/leaderboard.json`);
  if (response.status === 404) throw new Error(`There is no class ${code}.`);
  if (!response.ok) throw new Error(`The board of class ${code} did not arrive.`);
  return boardPoints(code, await response.json());
}

/** @throws where it is no leaderboard */
export function boardPoints(code: string, json: unknown): PlotPoint[] {
  const { round, rows } = v.parse(BoardSchema, json);
  return rows.flatMap(({ submissionId, nickname, recipe, status, accuracy, trainable }) =>
    status !== 'verified' || accuracy === null
      ? []
      : ({
          id: `class:${submissionId}`,
          source: 'class',
          group: `class ${code}, round ${round ?? 1}`,
          label: `${nickname}: ${recipe}`,
          method: null,
          hatched: false,
          values: {
            accuracy,
            relative: null,
            trainable: null,
            // Prompting trains nothing.
            parameters: trainable !== null && trainable > 0 ? trainable : null,
            bytes: null,
            time: null,
          },
          deviations: {},
          measure: 'accuracy on private test texts, verified by the server',
          cost: null,
          recipe: null,
          citation: null,
        } satisfies PlotPoint),
  );
}
