/** Runs end-to-end files as they stand in the suite, and keeps what each test and each of its steps came to. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from '../lib/paths.mjs';
import { note } from '../lib/steps.mjs';

interface ReportedStep {
  title: string;
  duration: number;
  error?: unknown;
}
interface ReportedSuite {
  specs?: {
    title: string;
    tests: { results: { status: string; duration: number; steps?: ReportedStep[] }[] }[];
  }[];
  suites?: ReportedSuite[];
}

export interface SeenTest {
  file: string;
  title: string;
  status: string;
  seconds: number;
  steps: { what: string; seconds: number; passed: boolean }[];
}

/** @param names of files under tests/e2e, without their endings; one after the other */
export async function runSpecs(names: readonly string[]): Promise<SeenTest[]> {
  const tests: SeenTest[] = [];
  for (const name of names) {
    const file = `tests/e2e/${name}.spec.ts`;
    note(file);
    const { stdout } = await promisify(execFile)(
      'npx',
      ['playwright', 'test', file, '--workers=1', '--reporter=json'],
      { cwd: root, maxBuffer: 256 * 2 ** 20 },
    ).catch((failure: { stdout: string }) => failure);
    for (const { title, tests: runs } of specsOf(JSON.parse(stdout) as ReportedSuite)) {
      const result = runs[0]?.results[0];
      note(`${result?.status ?? 'not run'}: ${title}`);
      tests.push({
        file,
        title,
        status: result?.status ?? 'not run',
        seconds: (result?.duration ?? 0) / 1000,
        steps: (result?.steps ?? []).map(({ title: what, duration, error }) => ({
          what,
          seconds: duration / 1000,
          passed: error === undefined,
        })),
      });
    }
  }
  return tests;
}

function specsOf(suite: ReportedSuite): NonNullable<ReportedSuite['specs']> {
  return [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)];
}
