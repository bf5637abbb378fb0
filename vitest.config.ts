import { defineConfig } from 'vitest/config';

// Packages resolve to their sources, so tests need no build.
const resolve = { conditions: ['@trainyard/source', 'node'] };
const ssr = { resolve };
const exclude = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    // All processors: by default one is left out, which is half of them on two.
    maxWorkers: '100%',
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'fast',
          include: ['{packages,datasets,pipelines,conformance,demo}/**/*.test.ts'],
          exclude: [...exclude, '**/*.slow.test.ts'],
          testTimeout: 30_000,
          setupFiles: ['vitest.setup.ts'],
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'slow',
          include: ['{packages,datasets,pipelines,conformance,demo}/**/*.slow.test.ts'],
          exclude,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          setupFiles: ['vitest.setup.ts'],
          fileParallelism: false,
        },
      },
    ],
  },
});
