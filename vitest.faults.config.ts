import { defineConfig } from 'vitest/config';
import tests from './vitest.config.ts';

export default defineConfig({
  test: {
    ...tests.test,
    // Their windows and clocks are real, so they get less load.
    maxWorkers: 3,
    include: ['test/faults/**/*.test.ts'],
    exclude: [],
    globalSetup: ['test/scratch-folder.ts', 'test/mongo-server.ts', 'test/fault-report.ts'],
  },
});
