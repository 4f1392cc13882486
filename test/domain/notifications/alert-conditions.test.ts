import { describe, expect, it } from 'vitest';
import { dayMs, minuteMs } from '../../../src/domain/duration.ts';
import type {
  AlertCondition,
  AlertFacts,
  AthleteFacts,
  Notification,
} from '../../../src/domain/notifications/alert-conditions.ts';
import {
  alertConditions,
  decideNotifications,
  maxGapMs,
  maxTries,
} from '../../../src/domain/notifications/alert-conditions.ts';

const nowMs = Date.UTC(2026, 10, 22, 12);
const before = (ms: number): Date => new Date(nowMs - ms);

const ada: AthleteFacts = { athleteId: 1001, isBackfilled: false, parked: 0 };
const quiet: AlertFacts = {
  athletes: [ada],
  lastPollAt: before(minuteMs),
  pollIntervalMs: 15 * minuteMs,
  isQuotaSpent: false,
  nowMs,
};
type Given = Partial<Omit<AlertFacts, 'lastPollAt'>> & { lastPollAt?: Date | undefined };
const rejection = { at: before(2 * minuteMs), text: 'The application is inactive.' };
const rejected = { code: 'APPLICATION_REJECTED', message: 'It is inactive.' };
const late = before(21 * minuteMs);
const revoked = { ...ada, needsAuthorization: 'Strava rejects it' };

describe('alertConditions', () => {
  it.each<[string, Given, readonly string[]]>([
    ['nothing in a healthy state', {}, []],
    ['an unusable login', { athletes: [revoked] }, ['authorization:1001']],
    ['a complete backfill', { athletes: [{ ...ada, isBackfilled: true }] }, ['backfill:1001']],
    ['parked data', { athletes: [{ ...ada, parked: 2 }] }, ['parked:1001']],
    ['a rejected application', { lastPollAt: before(3 * minuteMs), rejection }, ['application']],
    [
      'a rejected application that never worked',
      { lastPollAt: undefined, rejection },
      ['application'],
    ],
    ['no rejection after a newer poll', { rejection }, []],
    ['no silence until a poll is late', { lastPollAt: before(20 * minuteMs) }, []],
    ['silence once a poll is late', { lastPollAt: late }, ['silence']],
    ['silence before the first poll', { lastPollAt: undefined }, ['silence']],
    [
      'runs that fail again and again',
      { failure: { code: 'DISK_FULL', message: 'it is' } },
      ['failing'],
    ],
    [
      'a rejected application alone where every run fails by it',
      { lastPollAt: before(3 * minuteMs), rejection, failure: rejected },
      ['application'],
    ],
    ['nothing of rejected runs after a newer poll', { rejection, failure: rejected }, []],
    ['no silence without a login', { athletes: [], lastPollAt: late }, []],
    [
      'no silence where the only login is unusable',
      { athletes: [revoked], lastPollAt: late },
      ['authorization:1001'],
    ],
    [
      'silence where another login is usable',
      { athletes: [revoked, { ...ada, athleteId: 1002 }], lastPollAt: late },
      ['authorization:1001', 'silence'],
    ],
    ['polls that the quota does not carry', { pollShortage: 'It carries 264.' }, ['polls']],
  ])('alertConditions reports %s', (_, facts, keys) => {
    const { lastPollAt, ...rest } = { ...quiet, ...facts };
    const conditions = alertConditions({ ...rest, ...(lastPollAt && { lastPollAt }) });
    expect(conditions.map(({ key }) => key)).toEqual(keys);
    for (const { text } of conditions) expect(text).toMatch(/^[A-Z].*[^.]$|\.$/);
  });

  it('alertConditions pauses the condition silence while the quota is spent', () => {
    const [silence] = alertConditions({ ...quiet, lastPollAt: late, isQuotaSpent: true });
    expect(silence).toMatchObject({ kind: 'silence', isPaused: true, minWatchedMs: dayMs });
  });
});

describe('decideNotifications', () => {
  const gapMs = maxGapMs(15 * minuteMs);
  const condition: AlertCondition = {
    key: 'application',
    kind: 'application',
    text: 'x',
    minWatchedMs: 0,
  };
  const slow: AlertCondition = {
    ...condition,
    key: 'silence',
    kind: 'silence',
    minWatchedMs: dayMs,
  };
  const notificationOf = (
    { key, kind, text }: AlertCondition,
    more: Partial<Notification> = {},
  ): Notification => {
    const seenAt = before(15 * minuteMs);
    return { key, kind, text, since: seenAt, seenAt, watchedMs: 0, tries: 0, ...more };
  };
  const decide = (conditions: readonly AlertCondition[], stored: readonly Notification[]) =>
    decideNotifications(conditions, stored, { nowMs, gapMs });

  it('decideNotifications stores a new condition, and delivers it at once', () => {
    const begun = notificationOf(condition, { since: new Date(nowMs), seenAt: new Date(nowMs) });
    expect(decide([condition], [])).toEqual({ changed: [begun], ended: [], due: [begun] });
  });

  it.each<[string, Partial<Notification>, boolean]>([
    ['delivers again after a failed delivery', { tries: 1 }, true],
    ['gives up after the maximum of deliveries', { tries: maxTries }, false],
    ['does not deliver twice', { tries: 1, deliveredAt: before(minuteMs) }, false],
  ])('%s', (_, more, isDue) => {
    const known = notificationOf(condition, more);
    expect(decide([condition], [known])).toEqual({
      changed: [],
      ended: [],
      due: isDue ? [known] : [],
    });
  });

  it('decideNotifications ends with the condition, and delivers again when the condition returns', () => {
    const delivered = notificationOf(condition, { deliveredAt: before(minuteMs) });
    expect(decide([], [delivered])).toEqual({ changed: [], ended: ['application'], due: [] });
    expect(decide([condition], []).due).toHaveLength(1);
  });

  it.each<[string, number, number, number, boolean]>([
    ['waits until it was observed for a day', 0, 15, 15, false],
    ['is due after a day', dayMs / minuteMs - 15, 15, dayMs / minuteMs, true],
    ['does not count a time in which the daemon was down', 60, 91, 60, false],
    ['does not count a clock that went back', 60, -1, 60, false],
  ])('the notification of silence %s', (_, watched, passed, expected, isDue) => {
    const seenAt = before(passed * minuteMs);
    const known = notificationOf(slow, { seenAt, watchedMs: watched * minuteMs });
    const { changed, due } = decide([slow], [known]);
    expect(changed).toEqual([
      { ...known, seenAt: new Date(nowMs), watchedMs: expected * minuteMs },
    ]);
    expect(due).toEqual(isDue ? changed : []);
  });

  it('silence neither starts nor ends nor counts time while the quota is spent', () => {
    const paused = { ...slow, isPaused: true };
    expect(decide([paused], [])).toEqual({ changed: [], ended: [], due: [] });
    const known = notificationOf(slow, { watchedMs: minuteMs });
    const { changed, ended } = decide([paused], [known]);
    expect(changed).toEqual([{ ...known, seenAt: new Date(nowMs) }]);
    expect(ended).toEqual([]);
  });
});
