import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BROKEN_RECIPES } from '../broken-recipes.ts';
import { METHODS_REPORT } from '../../measurements/methods.ts';

const FOLDER = 'src/lib/content';
const source = readFileSync(`${FOLDER}/lessons/fine-tuning-and-peft.md`, 'utf8');
const body = source.slice(source.indexOf('\n---\n', 4));
const sections = body.split(/^## /m).slice(1);
const idOf = (section: string) => /\{#([a-z-]+)\}/.exec(section)?.[1];
const all = (pattern: RegExp, text = body) => [...text.matchAll(pattern)].map((match) => match[1]);

/** Prose without code, formulas, tables, questions, broken recipes, and what is marked as cited or measured. */
const prose = body
  .replaceAll(/^```[^]*?^```$/gm, '')
  .replaceAll(/\$\$[^]*?\$\$|\$[^$\n]+\$/g, '')
  .replaceAll(/^\|.*$/gm, '')
  .replaceAll(/^:::(check|broken)[^]*?^:::$/gm, '')
  .replaceAll(/^- \[[ x]\].*$/gm, '')
  .replaceAll(/:cited\[[^\]]*\]\{[^}]*\}|:measured\{[^}]*\}|\{[^}]*\}/g, '');

describe('lesson 04', () => {
  it('has the sections of its syllabus, in order (A-21)', () => {
    expect(sections.map(idOf)).toEqual([
      'overview',
      'two-phases',
      'why-fine-tune',
      'full',
      'peft',
      'adapters',
      'lora',
      'qlora',
      'prefix',
      'prompting',
      'choosing',
      'diagnosing',
      'evaluating',
      'summary',
      'exercises',
    ]);
  });

  it('asks in every section that teaches, and before every instrument (A-21)', () => {
    for (const section of sections.slice(1, -2)) {
      expect(section, idOf(section)).toMatch(/^:::check\{/m);
      expect(section, idOf(section)).toMatch(/^:::predict\{/m);
    }
    const predictions = all(/^:::predict\{[^]*?\n---\n([^]*?)^:::$/gm).join('\n');
    const shown = /^::(instrument|guide|methods)/gm;
    expect(predictions.match(shown)).toEqual(body.match(shown));
  });

  it('states no share and no score that is neither cited nor measured (A-22)', () => {
    expect(prose.match(/.*(\d ?%|(?<![\d.])0\.\d).*/g)).toBeNull();
  });

  it('cites references that exist and leaves none uncited (A-22)', () => {
    const references = JSON.parse(readFileSync(`${FOLDER}/references.json`, 'utf8')) as {
      key: string;
    }[];
    const cited = new Set([...all(/:cite\[([a-z0-9-]+)\]/g), ...all(/\bkey=([a-z0-9-]+)/g)]);
    const keys = references.map(({ key }) => key);
    expect([...cited].sort()).toEqual([...keys].sort());
    expect(keys).toEqual([...keys].sort());
  });

  it('measures by names that the report has (A-22)', () => {
    const configurations = METHODS_REPORT.rows.map(({ id }) => id);
    const tasks = METHODS_REPORT.tasks.map(({ id }) => id);
    for (const marks of all(/:measured\{([^}]*)\}/g)) {
      expect(configurations).toContain(/config=([\w-]+)/.exec(marks!)?.[1]);
      const task = /task=([\w-]+)/.exec(marks!)?.[1];
      if (task) expect(tasks).toContain(task);
    }
  });

  it('shows every static figure once, and every broken recipe (A-23, A-24)', () => {
    const figures = readdirSync(`${FOLDER}/figures`)
      .filter((name) => name.endsWith('.svelte'))
      .map((name) => name.replace('.svelte', ''));
    expect(all(/^::figure\[.*\]\{name=([a-z0-9-]+)\}$/gm).sort()).toEqual(figures.sort());
    expect(all(/^:::broken\{recipe=([a-z-]+)\}/gm).sort()).toEqual(
      BROKEN_RECIPES.map(({ id }) => id).sort(),
    );
  });

  it('tests every objective by a check that explains each answer (A-26)', () => {
    const objectives = all(/^ {2}- id: ([a-z-]+)$/gm, source);
    expect(objectives).toHaveLength(6);
    const checks = all(/^:::check\{([^}]*)\}/gm);
    for (const objective of objectives)
      expect(checks.some((attributes) => attributes!.includes(`objective=${objective}`))).toBe(
        true,
      );
  });
});
