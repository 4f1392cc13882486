import { describe, expect, it } from 'vitest';

import { accounts } from '../../../src/features/accounts/command.ts';
import { followsText } from '../../../src/features/accounts/details.ts';
import type { Figures } from '../../../src/features/shared/status/report.ts';
import { openDatabase } from '../../../src/main.ts';
import type { TestProgramOptions } from '../../support/command/program.ts';
import { pageOf, recordOf } from '../../mongo/pages.ts';
import { failureOf, useLogins } from '../auth/auth-fixture.ts';

const logins = useLogins();

async function answer(
  options: { readonly details?: boolean; readonly athlete?: string; readonly json?: boolean },
  config: TestProgramOptions['config'] = {},
): Promise<string> {
  const program = logins.createProgram({ config });
  expect(await accounts(program, { json: false, ...options })).toBe(0);
  return program.printed();
}

const choiceOf = async (athleteId: number) =>
  ((await logins.storedAthlete(athleteId))?.['sync'] as Record<string, unknown> | undefined)?.[
    'details_choice'
  ];

async function logInBoth(): Promise<void> {
  for (const id of [1001, 1002]) await logins.logIn({ code: logins.simulator().grant(id) });
}

async function storeActivities(...ids: readonly number[]): Promise<void> {
  const database = await openDatabase(logins.createProgram(), 0);
  await database.activities.storePage(pageOf(ids.map((id) => recordOf(id))));
  await database.close();
}

describe('accounts with an answer about the details', () => {
  it('accounts stores the answer of the named athlete without a request, and says what follows', async () => {
    await logInBoth();
    await storeActivities(7, 8);
    const before = logins.simulator().requests.entries.length;
    expect(await answer({ details: true, athlete: '1001' })).toMatch(
      /^The details of athlete 1001 are fetched: 2 requests, after the streams of 2\. All that is to do takes about .+ at 1,000 requests a day\. npm run sync fetches them\.\n$/,
    );
    expect(await choiceOf(1001)).toMatchObject({ is_wanted: true, source: 'answer' });
    expect(await choiceOf(1002)).toBeUndefined();
    expect(JSON.parse(await answer({ details: true, athlete: '1002', json: true }))).toMatchObject({
      athlete: 1002,
      detailsSource: { areFetched: true, source: 'answer' },
      detailsToDo: 0,
      toDo: { details: 2 },
    });
    expect(await answer({ details: false, athlete: '1001' })).toBe(
      'The details of athlete 1001 are not fetched. Those that are stored stay.\n',
    );
    expect(await choiceOf(1001)).toMatchObject({ is_wanted: false });
    expect(logins.simulator().requests.entries).toHaveLength(before);
  });

  it('accounts says that a setting wins over the stored answer', async () => {
    await logins.logIn({ code: logins.simulator().grant(1001) });
    const text = await answer({ details: true }, { SYNC_DETAILS: 'false' });
    expect(text).toMatch(/^The answer is stored, but the details are not fetched: SYNC_DETAILS/);
    expect(await choiceOf(1001)).toMatchObject({ is_wanted: true });
  });

  it('accounts rejects an athlete who is unknown, not named or without an answer, and stores nothing', async () => {
    await logInBoth();
    const failures = [
      { details: true, athlete: '5' },
      { details: true },
      { details: false, athlete: 'Ada' },
      { athlete: '1001' },
    ].map((options) => failureOf(answer(options)));
    expect((await Promise.all(failures)).map(({ message }) => message)).toEqual([
      'Athlete 5 has not logged in; known are 1001, 1002. Run: npm run auth',
      'Several athletes have logged in: 1001, 1002. Name one with --athlete ID.',
      '--athlete takes a Strava athlete\'s id, for example 1001; not "Ada".',
      '--athlete goes with --details or --no-details.',
    ]);
    expect([await choiceOf(1001), await choiceOf(5)]).toEqual([undefined, undefined]);
  });
});

describe('what follows from an answer about the details', () => {
  const figures = (detailsToDo: number, daemons: number) =>
    ({
      athletes: [{ athleteId: 1001, detailsToDo }],
      toDo: { streams: 0, details: detailsToDo, duration: '5 days' },
      quota: { daily: { limit: 1_000 } },
      daemons: Array.from({ length: daemons }, () => ({})),
    }) as unknown as Figures;

  it.each([
    [4_812, 1, 'fetched: 4,812 requests. All that is to do takes about 5 days at 1,000 requests'],
    [4_812, 1, 'The daemon begins at its next poll.'],
    [1, 0, 'fetched: 1 request. All'],
    [0, 1, 'The details of athlete 1001 are fetched. None of a stored activity is missing.'],
  ])('what follows from %i missing details with %i daemons names %j', (missing, daemons, part) => {
    expect(followsText(1001, true, figures(missing, daemons))).toContain(part);
  });
});
