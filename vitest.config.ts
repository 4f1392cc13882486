import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Apart, for they take their time: see vitest.faults.config.ts and vitest.browser.config.ts.
    exclude: ['test/faults/**', 'test/browser/**'],
    globalSetup: ['test/scratch-folder.ts', 'test/mongo-server.ts'],
    pool: 'forks',
    // A worker runs many files, for to start one and to load the source costs more than most of them: so
    // no test file changes what is the process's own, or it puts it back.
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Most tests wait for processes and MongoDB: three workers left a quarter of two cores idle.
    maxWorkers: 4,
    coverage: {
      provider: 'v8',
      include: ['src/domain/**'],
      thresholds: { branches: 100, functions: 100, lines: 100, statements: 100 },
    },
  },
});
