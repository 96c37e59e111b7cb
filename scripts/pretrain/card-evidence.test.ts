import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { evidenceOf } from './card-evidence.ts';

const json = readFileSync('docs/evidence/3-accuracy.json', 'utf8');
interface Row {
  method: string;
  weights: string;
  seed: number;
  liveTest: number;
  recipe: { base: { id: string } };
}

it('a card takes its accuracies from rows of its own model alone', () => {
  const { rows } = JSON.parse(json) as { rows: Row[] };
  const own = rows.find(({ method, weights, seed, recipe }) => {
    return method === 'full' && weights === 'pretrained' && seed === 1 && recipe.base.id === 'nano';
  })!;
  expect(evidenceOf('nano', json)).toMatch(
    new RegExp(`^\\| full \\| [\\d,]+ \\| ${own.liveTest.toFixed(3)} \\|`, 'm'),
  );
  expect(evidenceOf('no-such', json)).toBe('');
});

it('a card refuses evidence that lacks the comparison with random weights', () => {
  const evidence = JSON.parse(json) as { rows: Row[] };
  const rows = evidence.rows.filter(({ weights }) => weights === 'pretrained');
  expect(() => evidenceOf('nano', JSON.stringify({ ...evidence, rows }))).toThrow(/random/);
});
