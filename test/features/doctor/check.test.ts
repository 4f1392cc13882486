import { describe, expect, it } from 'vitest';

import type { Clock } from '../../../src/clock.ts';
import {
  AuthorizationNeededError,
  ConfigurationError,
  MongoUnavailableError,
  TokenKeyError,
} from '../../../src/errors.ts';
import type { Check, Finding, Result } from '../../../src/features/doctor/check.ts';
import { exitCodeOf, runChecks, worstOf } from '../../../src/features/doctor/check.ts';

/** A clock whose sleeps last until they are aborted, or are over at once. */
const clockOf = (isTimeOver: boolean): Clock => ({
  nowMs: () => 0,
  monotonicMs: () => 0,
  sleep: (_ms, signal) =>
    isTimeOver
      ? Promise.resolve()
      : new Promise((done) =>
          signal?.addEventListener('abort', () => {
            done();
          }),
        ),
});

const ok: Check = { name: 'ok', run: () => [{ mark: 'ok', found: 'Fine.' }] };
const throwing = (error: Error): Check => ({ name: 'throwing', run: () => Promise.reject(error) });
const { signal } = new AbortController();
const run = (checks: readonly Check[], isTimeOver = false): Promise<readonly Result[]> =>
  runChecks(checks, { clock: clockOf(isTimeOver), maxMs: 5_000, signal });

describe('the checks of the doctor', () => {
  it('the checks of the doctor are reported in their order, and a failed one stops no other', async () => {
    const results = await run([throwing(new MongoUnavailableError('MongoDB is away.')), ok]);
    expect(results).toEqual([
      { check: 'throwing', mark: 'failed', found: 'MongoDB is away.' },
      { check: 'ok', mark: 'ok', found: 'Fine.' },
    ]);
    expect(exitCodeOf(results)).toBe(1);
  });

  it.each([
    [new ConfigurationError(['A: is wrong', 'B: is wrong']), ['A: is wrong.', 'B: is wrong.'], 2],
    [new TokenKeyError('The key is gone.'), ['The key is gone.'], 2],
    [new AuthorizationNeededError('Log in.'), ['Log in.'], 1],
    [
      Object.assign(new Error('EACCES: /secret'), { code: 'EACCES' }),
      ['It could not be checked (EACCES).'],
      1,
    ],
  ])(
    'the checks of the doctor turn the error %# into findings and an exit code',
    async (error, found, exitCode) => {
      const results = await run([throwing(error), ok]);
      const failed = results.filter(({ mark }) => mark === 'failed');
      expect(failed.map((result) => result.found)).toEqual(found);
      expect(exitCodeOf(results)).toBe(exitCode);
    },
  );

  it('the checks of the doctor let a bug through', async () => {
    await expect(run([throwing(new TypeError('a bug'))])).rejects.toThrow('a bug');
  });

  it('the checks of the doctor are ended when their time is over, and told so', async () => {
    let isAborted = false;
    const endless: Check = {
      name: 'endless',
      run: (stopped) => {
        stopped.addEventListener('abort', () => {
          isAborted = true;
        });
        return new Promise(() => undefined);
      },
    };
    const results = await run([endless], true);
    expect(results).toMatchObject([
      { check: 'endless', mark: 'failed', found: 'There was no response within 5 seconds.' },
    ]);
    expect(isAborted).toBe(true);
  });

  it.each([
    [['ok', 'skipped'], 'ok', 0],
    [['warning', 'ok'], 'warning', 0],
    [['warning', 'failed'], 'failed', 1],
  ] as const)(
    'the checks of the doctor with the marks %j are %s and end with %i',
    (marks, worst, exitCode) => {
      const results = marks.map(
        (mark) => ({ check: 'a', mark, found: 'b' }) satisfies Finding & { check: string },
      );
      expect(worstOf(results)).toBe(worst);
      expect(exitCodeOf(results)).toBe(exitCode);
    },
  );
});
