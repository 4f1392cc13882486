import { defineConfig } from 'vitest/config';
import { findChromium, noChromium } from './test/browser/support/chromium.ts';
import tests from './vitest.config.ts';

const isLeftOut = findChromium(process.env) === undefined;
if (isLeftOut) process.stderr.write(`${noChromium}\n`);

export default defineConfig({
  test: {
    ...tests.test,
    include: ['test/browser/**/*.test.ts'],
    exclude: isLeftOut ? ['test/browser/**'] : [],
    passWithNoTests: isLeftOut,
    // A Chromium is several processes of its own, but its tests mostly wait.
    maxWorkers: 2,
  },
});
