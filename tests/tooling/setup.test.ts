/** The parts of `npm start` and `npm test` that decide: what is rebuilt, what is counted, which Node will do. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashSources } from '../../scripts/lib/hash.mjs';
import { readCounts, summaryLine } from '../../scripts/lib/reports.mjs';
import { checkNode, isForThisMachine } from '../../scripts/lib/setup.mjs';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rankroom-setup-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the hash that decides on a build', () => {
  const hash = () => hashSources(folder, ['src', 'config.js', 'absent']);
  beforeEach(async () => {
    await mkdir(join(folder, 'src/deep'), { recursive: true });
    await writeFile(join(folder, 'src/deep/a.ts'), 'a');
    await writeFile(join(folder, 'config.js'), 'c');
  });

  it('stays the same when nothing changed, or only a test did (C-2)', async () => {
    const before = await hash();
    await writeFile(join(folder, 'src/deep/a.test.ts'), 'test');
    await writeFile(join(folder, 'src/deep/a.ts'), 'a');
    expect(await hash()).toBe(before);
  });

  it('changes with a content, a name, and a file moved between folders (C-2)', async () => {
    const seen = [await hash()];
    await writeFile(join(folder, 'src/deep/a.ts'), 'b');
    seen.push(await hash());
    await writeFile(join(folder, 'src/b.ts'), '');
    seen.push(await hash());
    await rm(join(folder, 'src/deep/a.ts'));
    await writeFile(join(folder, 'src/a.ts'), 'b');
    seen.push(await hash());
    expect(new Set(seen).size).toBe(4);
  });
});

describe('the count in the last line', () => {
  const report = async (content: unknown) => {
    const file = join(folder, 'report.json');
    await writeFile(file, JSON.stringify(content));
    return file;
  };
  const vitest = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0 };

  it('adds passed, failed and skipped (C-3)', async () => {
    const unit = await readCounts('vitest', await report(vitest), 0);
    const stats = { expected: 3, unexpected: 1, flaky: 1, skipped: 0 };
    const e2e = await readCounts('playwright', await report({ stats }), 1);
    expect(summaryLine([unit, e2e])).toBe('8 passed, 2 failed, 1 skipped');
    expect(summaryLine([e2e])).toBe('3 passed, 2 failed');
  });

  it('counts a suite that died, or failed without a failing test, as one failure (C-3)', async () => {
    expect(await readCounts('vitest', join(folder, 'none.json'), 1)).toEqual({
      passed: 0,
      failed: 1,
      skipped: 0,
    });
    expect(await readCounts('vitest', await report(vitest), 1)).toEqual({
      passed: 5,
      failed: 1,
      skipped: 1,
    });
  });
});

it('accepts what the packages run on, and says what is needed otherwise (C-1)', () => {
  for (const version of ['20.19.0', '22.13.0', '24.0.0', '25.1.0'])
    expect(() => checkNode(version)).not.toThrow();
  for (const version of ['18.20.0', '20.18.3', '21.7.0', '22.12.0', '23.11.0'])
    expect(() => checkNode(version)).toThrow(/20\.19/);
});

it('takes a platform’s own package that is missing for an install that is not whole (C-2)', () => {
  const machine = { os: 'linux', cpu: 'x64', libc: 'glibc' };
  const native = { optional: true, os: ['linux'], cpu: ['x64'], libc: ['glibc'] };
  expect(isForThisMachine({}, machine)).toBe(true);
  expect(isForThisMachine(native, machine)).toBe(true);
  expect(isForThisMachine({ ...native, libc: ['musl'] }, machine)).toBe(false);
  expect(isForThisMachine({ ...native, cpu: ['arm64'] }, machine)).toBe(false);
  expect(isForThisMachine({ optional: true }, machine)).toBe(false);
});
