import { describe, expect, it } from 'vitest';
import {
  assessLogins,
  assessLoops,
  assessReadiness,
  describeFailure,
} from '../../../src/domain/monitoring/health.ts';

describe('assessLoops', () => {
  const watch = { name: "schedule's", silentMs: 3_900, maxMs: 300_000 };
  const run = { name: "run's", silentMs: 600_000, maxMs: 600_000 };

  it.each([
    ['a daemon without loops as starting', [], true, ['The daemon is starting.']],
    [
      'running loops as healthy up to their maximum',
      [watch, run],
      true,
      [
        "All loops are running: the schedule's loop ran 3 seconds ago, the run's loop ran 10 minutes ago.",
      ],
    ],
    [
      'a single stuck loop as unhealthy',
      [watch, { ...run, silentMs: 600_001 }],
      false,
      ["The run's loop has not run for 10 minutes: restart the daemon."],
    ],
  ])('assessLoops reports %s', (_, loops, isHealthy, reasons) => {
    expect(assessLoops(loops)).toEqual({ isHealthy, reasons });
  });
});

describe('assessLogins', () => {
  it.each([
    [0, 0, false, 'Nobody is logged in. Run: npm run auth'],
    [2, 0, true, 'MongoDB responds; logged in: 2.'],
    [2, 1, true, 'MongoDB responds; logged in: 1; to log in again: 1.'],
    [2, 2, false, 'Every athlete (2) has to log in again. Run: npm run auth'],
  ])(
    'assessLogins assesses %i athletes of whom %i have to log in again',
    (athletes, needAuthorization, ...found) => {
      const [isHealthy, reason] = found;
      expect(assessLogins({ athletes, needAuthorization })).toEqual({
        isHealthy,
        reasons: [reason],
      });
    },
  );
});

describe('assessReadiness', () => {
  const failure = { code: 'TOKEN_KEY', message: 'No key opens the login of athlete 1001.' };
  const logins = { athletes: 1, needAuthorization: 0 };

  it('assessReadiness is unhealthy by the code of a repeated failure, without naming the athlete', () => {
    const reasons = ['Every run fails (TOKEN_KEY). Run: npm run status'];
    expect(assessReadiness({ logins, failure })).toEqual({ isHealthy: false, reasons });
  });

  it('assessReadiness is healthy without a repeated failure', () => {
    expect(assessReadiness({ logins, failure: undefined }).isHealthy).toBe(true);
  });

  it('assessReadiness names the missing login before a repeated failure', () => {
    const nobody = { athletes: 0, needAuthorization: 0 };
    const reasons = ['Nobody is logged in. Run: npm run auth'];
    expect(assessReadiness({ logins: nobody, failure })).toEqual({ isHealthy: false, reasons });
  });

  it('assessReadiness describes a repeated failure with its code and its message', () => {
    expect(describeFailure(failure)).toBe(
      'Every run fails (TOKEN_KEY): No key opens the login of athlete 1001.',
    );
  });
});
