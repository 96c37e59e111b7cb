/** Runs files of unit or tooling tests as they stand in the suite, and keeps what each test came to. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stateFolder } from '../lib/paths.mjs';
import { run, tool } from '../lib/process.mjs';
import { note } from '../lib/steps.mjs';

interface Report {
  testResults: { assertionResults: { title: string; status: string; duration?: number }[] }[];
}

/** @param file from the root of the checkout */
export async function runTests(file: string) {
  note(file);
  const report = join(stateFolder, 'reports', 'evidence.json');
  await run(
    ...tool('vitest/vitest.mjs', ['run', file, '--reporter=json', `--outputFile.json=${report}`]),
    {
      quiet: true,
    },
  );
  const { testResults } = JSON.parse(await readFile(report, 'utf8')) as Report;
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .map(({ title, status, duration }) => {
      note(`${status}: ${title}`);
      return { file, title, status, seconds: (duration ?? 0) / 1000 };
    });
}
