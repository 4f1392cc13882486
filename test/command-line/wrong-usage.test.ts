import { describe, expect, it } from 'vitest';
import { createCommands } from '../../src/command-line.ts';
import { UsageError } from '../../src/errors.ts';

/** Performs no command. */
const reject = (): Promise<void> => Promise.reject(new Error('performed'));

describe('wrong usage', () => {
  it.each([
    ['auth', '--details', '--no-details'],
    ['accounts', '--no-details', '--athlete', '7', '--details'],
  ])(
    '%s rejects an option together with its opposite, before anything is performed',
    async (...args) => {
      const parsing = createCommands(reject, process.stdin).parseAsync(args, { from: 'user' });
      await expect(parsing).rejects.toThrow(
        new UsageError('--details contradicts --no-details: give one of them.'),
      );
    },
  );
});
