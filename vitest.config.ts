/** Four projects, chosen by where a test file lies; the end-to-end suite is Playwright's. */
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

function project(name: string, include: string[], seconds: number): TestProjectConfiguration {
  return {
    // Not vite.config.ts: its Kit and live plugins would start a server of their own.
    plugins: [svelte()],
    resolve: { alias: { $lib: path('./src/lib'), $server: path('./server') } },
    test: {
      name,
      include,
      environment: 'node',
      testTimeout: seconds * 1000,
      hookTimeout: seconds * 1000,
      // Files of the other suites start servers and databases: one at a time keeps their times honest.
      fileParallelism: name === 'unit',
    },
  };
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('unit', ['src/**/*.test.ts', 'server/**/*.test.ts', 'scripts/**/*.test.ts'], 60),
      project('tooling', ['tests/tooling/**/*.test.ts'], 120),
      project('db', ['tests/db/**/*.test.ts'], 60),
      project('live', ['tests/live/**/*.test.ts'], 120),
    ],
  },
});
