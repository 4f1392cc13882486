import { describe, expect, it } from 'vitest';
import type {
  AthleteFacts,
  AlertCondition,
  Notification,
  AlertFacts,
} from '../../../src/domain/notifications/alert-conditions.ts';
import {
  alertConditions,
  decideNotifications,
  maxGapMs,
  maxTries,
} from '../../../src/domain/notifications/alert-conditions.ts';

const nowMs = Date.UTC(2026, 10, 22, 12);
const minuteMs = 60_000;
const dayMs = 86_400_000;
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
const late = before(21 * minuteMs);
const revoked = { ...ada, needsAuthorization: 'Strava refuses it' };

describe('what stands', () => {
  it.each<[string, Given, readonly string[]]>([
    ['nothing, where all is well', {}, []],
    ['a login of no use', { athletes: [revoked] }, ['authorization:1001']],
    ['a complete backfill', { athletes: [{ ...ada, isBackfilled: true }] }, ['backfill:1001']],
    ['what is parked', { athletes: [{ ...ada, parked: 2 }] }, ['parked:1001']],
    ['a refused application', { lastPollAt: before(3 * minuteMs), rejection }, ['application']],
    [
      'a refused application that never worked',
      { lastPollAt: undefined, rejection },
      ['application'],
    ],
    ['no refusal any more, once a list was read after it', { rejection }, []],
    ['no silence while a look is not late', { lastPollAt: before(20 * minuteMs) }, []],
    ['silence, once it is', { lastPollAt: late }, ['silence']],
    ['silence where no list was ever read', { lastPollAt: undefined }, ['silence']],
    ['no silence where nobody is logged in', { athletes: [], lastPollAt: late }, []],
    [
      'no silence besides a login of no use',
      { athletes: [revoked], lastPollAt: late },
      ['authorization:1001'],
    ],
    [
      'silence where another athlete could be served',
      { athletes: [revoked, { ...ada, athleteId: 1002 }], lastPollAt: late },
      ['authorization:1001', 'silence'],
    ],
  ])('%s', (_, facts, keys) => {
    const { lastPollAt, ...rest } = { ...quiet, ...facts };
    const causes = alertConditions({ ...rest, ...(lastPollAt && { lastPollAt }) });
    expect(causes.map(({ key }) => key)).toEqual(keys);
    for (const { text } of causes) expect(text).toMatch(/^[A-Z].*[^.]$|\.$/);
  });

  it('pauses the silence while the quota is spent', () => {
    const [silence] = alertConditions({ ...quiet, lastPollAt: late, isQuotaSpent: true });
    expect(silence).toMatchObject({ kind: 'silence', isPaused: true, minWatchedMs: dayMs });
  });
});

describe('a notice', () => {
  const gapMs = maxGapMs(15 * minuteMs);
  const cause: AlertCondition = { key: 'application', kind: 'application', text: 'x', minWatchedMs: 0 };
  const slow: AlertCondition = { ...cause, key: 'silence', kind: 'silence', minWatchedMs: dayMs };
  const noticeOf = ({ key, kind, text }: AlertCondition, more: Partial<Notification> = {}): Notification => {
    const seenAt = before(15 * minuteMs);
    return { key, kind, text, since: seenAt, seenAt, watchedMs: 0, tries: 0, ...more };
  };
  const decide = (causes: readonly AlertCondition[], known: readonly Notification[]) =>
    decideNotifications(causes, known, { nowMs, gapMs });

  it('is remembered and due when its cause begins', () => {
    const begun = noticeOf(cause, { since: new Date(nowMs), seenAt: new Date(nowMs) });
    expect(decide([cause], [])).toEqual({ changed: [begun], ended: [], due: [begun] });
  });

  it.each<[string, Partial<Notification>, boolean]>([
    ['that was not delivered is due again', { tries: 1 }, true],
    ['is given up after some tries', { tries: maxTries }, false],
    ['that was told is not told again', { tries: 1, deliveredAt: before(minuteMs) }, false],
  ])('%s', (_, more, isDue) => {
    const known = noticeOf(cause, more);
    expect(decide([cause], [known])).toEqual({ changed: [], ended: [], due: isDue ? [known] : [] });
  });

  it('is forgotten when its cause ends, and told again when it comes again', () => {
    const delivered = noticeOf(cause, { deliveredAt: before(minuteMs) });
    expect(decide([], [delivered])).toEqual({ changed: [], ended: ['application'], due: [] });
    expect(decide([cause], []).due).toHaveLength(1);
  });

  it.each<[string, number, number, number, boolean]>([
    ['waits while it has not been watched for long enough', 0, 15, 15, false],
    ['is due once it has', dayMs / minuteMs - 15, 15, dayMs / minuteMs, true],
    ['does not count the time in which the daemon was down', 60, 91, 60, false],
    ['does not count a clock that went back', 60, -1, 60, false],
  ])('of silence %s', (_, watched, passed, expected, isDue) => {
    const seenAt = before(passed * minuteMs);
    const known = noticeOf(slow, { seenAt, watchedMs: watched * minuteMs });
    const { changed, due } = decide([slow], [known]);
    expect(changed).toEqual([
      { ...known, seenAt: new Date(nowMs), watchedMs: expected * minuteMs },
    ]);
    expect(due).toEqual(isDue ? changed : []);
  });

  it('of silence neither begins nor counts nor ends while the quota is spent', () => {
    const paused = { ...slow, isPaused: true };
    expect(decide([paused], [])).toEqual({ changed: [], ended: [], due: [] });
    const known = noticeOf(slow, { watchedMs: minuteMs });
    const { changed, ended } = decide([paused], [known]);
    expect(changed).toEqual([{ ...known, seenAt: new Date(nowMs) }]);
    expect(ended).toEqual([]);
  });
});
