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
      // Live tests mostly wait, two files beside each other. The rest start builds and databases: one at a time.
      fileParallelism: name === 'unit' || name === 'live',
      globalSetup: name === 'live' ? ['tests/live/build.ts'] : [],
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
