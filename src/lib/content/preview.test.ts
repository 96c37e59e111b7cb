import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileLesson } from './compile/compile.ts';
import { readDisk } from './compile/disk.ts';
import { createHighlight } from './compile/highlight.ts';
import type { CompiledLesson } from './lesson.ts';
import { previewOf } from './preview.ts';

const root = join(import.meta.dirname, '../../..');
const NAME = 'src/lib/content/lessons/fine-tuning-and-peft.md';
const source = readFileSync(join(root, NAME), 'utf8');
const { context } = readDisk(root, await createHighlight());
const lesson = compileLesson(source, NAME, context);
const behind = lesson.sections.filter(({ preview }) => !preview);

describe('the preview of lesson 04 (A-35)', () => {
  const preview = previewOf(lesson);

  it('has every section before its end, as it is', () => {
    expect(behind.length).toBeGreaterThan(4);
    expect(preview.sections).toEqual(lesson.sections.filter(({ preview: before }) => before));
    for (const { heading } of preview.sections)
      expect(preview.runs[heading]).toBe(lesson.runs[heading]);
  });

  it('has no run of HTML that stands behind it, and all of those before', () => {
    const text = JSON.stringify(preview);
    const left = lesson.runs.filter((html, run) => preview.runs[run] !== html);
    expect(left.length).toBeGreaterThan(100);
    for (const html of left.filter(({ length }) => length > 40))
      expect(text).not.toContain(JSON.stringify(html).slice(1, -1));
    for (const html of preview.runs) expect(html === '' || lesson.runs.includes(html)).toBe(true);
    for (const { heading } of behind) expect(preview.runs[heading]).toBe('');
  });

  it('lists only what it cites, draws and holds', () => {
    expect(preview.references.length).toBeLessThan(lesson.references.length);
    expect(preview.references).toEqual(lesson.references.slice(0, preview.references.length));
    expect(preview.figures.length).toBeGreaterThan(0);
    for (const name of preview.meta.instruments) expect(lesson.meta.instruments).toContain(name);
  });
});

it('a lesson for members shows its head alone (A-35)', () => {
  const members: CompiledLesson = {
    ...lesson,
    meta: { ...lesson.meta, access: 'members' },
    sections: lesson.sections.map((section) => ({ ...section, preview: false })),
  };
  const { intro, sections, references, figures, runs } = previewOf(members);
  expect([intro, sections, references, figures]).toEqual([[], [], [], []]);
  expect(runs.join('')).toBe('');
});
