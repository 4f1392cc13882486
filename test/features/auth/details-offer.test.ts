import { PassThrough } from 'node:stream';

import { describe, expect, test } from 'vitest';

import { emptyQuota } from '../../../src/domain/rate-limit/quota-state.ts';
import { costText } from '../../../src/features/auth/details-offer.ts';
import { capture } from '../../support/command/program.ts';
import type { TestProgramOptions } from '../../support/command/program.ts';
import { useLogins } from './auth-fixture.ts';

const logins = useLogins();

/** Logs athlete 1001 in at a terminal that gives these replies. */
async function logInAtTerminal(replies: readonly string[], options: TestProgramOptions = {}) {
  const terminal = capture();
  const program = {
    ...logins.createProgram({ isTerminal: true, ...options }),
    stderr: terminal.stream as unknown as NodeJS.WriteStream,
  };
  const input = Object.assign(new PassThrough(), { isTTY: true as const });
  const running = logins.logIn({ code: logins.simulator().grant(1001) }, program, input);
  let seen = 0;
  for (const reply of replies) {
    await Promise.race([terminal.waitFor(/\[y\/N\] $/, seen), running]);
    seen = terminal.text().length;
    input.write(`${reply}\r`);
  }
  if (replies.length === 0) input.end();
  expect(await running).toBe(0);
  return { asked: terminal.text(), printed: program.printed() };
}

const choice = async () =>
  ((await logins.storedAthlete(1001))?.['sync'] as Record<string, unknown>)['details_choice'];

describe('the offer of the details at a login', () => {
  test('the first login at a terminal asks for the details with their cost, and the next one does not', async () => {
    const { asked, printed } = await logInAtTerminal(['perhaps', 'y']);
    expect(asked).toMatch(
      /^Fetch descriptions, laps and segment efforts of Anna Muster \(athlete 1001\) too\? One more request for each activity \(about .+ more for each 1,000 activities\)\. \[y\/N\] Fetch/,
    );
    expect(printed).toMatch(
      /The details are fetched\. .*accounts -- --no-details --athlete 1001, .*SYNC_DETAILS/,
    );
    expect(await choice()).toMatchObject({ is_wanted: true, source: 'answer' });
    expect(await logInAtTerminal([])).toMatchObject({ asked: '' });
    expect(await choice()).toMatchObject({ is_wanted: true });
  });

  test('an empty reply is a no that is stored, and the end of the input is no answer', async () => {
    expect((await logInAtTerminal([])).printed).toContain('the next login asks again');
    expect(await choice()).toBeUndefined();
    await logInAtTerminal(['']);
    expect(await choice()).toMatchObject({ is_wanted: false, source: 'answer' });
  });

  test('nothing is asked or stored without a terminal, or where SYNC_DETAILS is set', async () => {
    for (const config of [
      { SYNC_DETAILS: 'false' },
      { SYNC_DETAILS: 'true' },
      { SYNC_SEGMENTS: 'true' },
    ])
      expect((await logInAtTerminal([], { config })).asked).toBe('');
    expect((await logInAtTerminal([], { isTerminal: false })).asked).toBe('');
    expect(await choice()).toBeUndefined();
  });

  test('--details and --no-details change the answer without a question, and say where a setting wins', async () => {
    const program = logins.createProgram();
    const logIn = (details: boolean, with_ = program) =>
      logins.logIn({ code: logins.simulator().grant(1001), details }, with_);
    await logIn(true);
    expect(await choice()).toMatchObject({ is_wanted: true, source: 'answer' });
    await logIn(false);
    expect(await choice()).toMatchObject({ is_wanted: false });
    expect(program.printed()).toContain('The details are not fetched.');
    const set = logins.createProgram({ config: { SYNC_DETAILS: 'false' } });
    await logIn(true, set);
    expect(set.printed()).toMatch(/the details are not fetched: .*a setting wins/);
  });
});

describe('the cost of the details', () => {
  const hour = 3_600_000;
  const settings = {
    ...{ short: 100, shortWindowMs: hour / 4, daily: 1_000, dailyWindowMs: 24 * hour },
    ...{ isHigherAllowed: false, maxInFlightMs: 0 },
  };
  const facts = { nowMs: Date.UTC(2026, 0, 1), state: emptyQuota, settings };

  test('the cost of the details follows the quota by the day, after the streams', () => {
    expect(costText(5_000, true, facts)).toMatch(/\(about [56] d.* more for 5,000 activities\)/);
    expect(costText(5_000, false, facts)).toMatch(/\(about [456] d.* more for 5,000 activities\)/);
    expect(costText(0, true, facts)).toContain('for each 1,000 activities');
  });
});
