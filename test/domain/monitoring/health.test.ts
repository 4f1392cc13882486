import { describe, expect, it } from 'vitest';
import { assessLogins, assessLoops } from '../../../src/domain/monitoring/health.ts';

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
  ])('reports %s', (_, loops, isHealthy, reasons) => {
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
    'assesses %i athletes of whom %i have to log in again',
    (athletes, needAuthorization, ...found) => {
      const [isHealthy, reason] = found;
      expect(assessLogins({ athletes, needAuthorization })).toEqual({
        isHealthy,
        reasons: [reason],
      });
    },
  );
});
