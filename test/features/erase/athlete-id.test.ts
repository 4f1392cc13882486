import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { erase } from '../../../src/features/erase/command.ts';
import { logout } from '../../../src/features/logout/command.ts';
import { createTestProgram } from '../../support/command/program.ts';

describe('the athlete of erase and logout', () => {
  const options = { yes: false, withoutRevoke: false, json: false, input: process.stdin };

  it.each([
    ['erase', erase, '0'],
    ['erase', erase, 'x'],
    ['logout', logout, '0'],
    ['logout', logout, 'x'],
  ] as const)(
    '%s checks the id before it asks for a confirmation (%#)',
    async (_, run, athlete) => {
      const running = run(createTestProgram({}), { ...options, athlete });
      await expect(running).rejects.toThrow(
        new UsageError(
          `--athlete takes a Strava athlete's id, for example 1001; not "${athlete}".`,
        ),
      );
    },
  );
});
