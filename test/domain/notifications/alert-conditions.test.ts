import { describe, expect, it } from 'vitest';
import type {
  AthleteFacts,
  Cause,
  Notice,
  NoticeFacts,
} from '../../../src/domain/notifications/alert-conditions.ts';
import {
  causesOf,
  decideNotices,
  longestGapMs,
  mostTries,
} from '../../../src/domain/notifications/alert-conditions.ts';

const nowMs = Date.UTC(2026, 10, 22, 12);
const minuteMs = 60_000;
const dayMs = 86_400_000;
const before = (ms: number): Date => new Date(nowMs - ms);

const ada: AthleteFacts = { athleteId: 1001, isBackfilled: false, parked: 0 };
const quiet: NoticeFacts = {
  athletes: [ada],
  lastLookAt: before(minuteMs),
  looksEveryMs: 15 * minuteMs,
  isQuotaSpent: false,
  nowMs,
};
type Given = Partial<Omit<NoticeFacts, 'lastLookAt'>> & { lastLookAt?: Date | undefined };
const refusal = { at: before(2 * minuteMs), text: 'The application is inactive.' };
const late = before(21 * minuteMs);
const revoked = { ...ada, needsAuthorization: 'Strava refuses it' };

describe('what stands', () => {
  it.each<[string, Given, readonly string[]]>([
    ['nothing, where all is well', {}, []],
    ['a login of no use', { athletes: [revoked] }, ['authorization:1001']],
    ['a complete backfill', { athletes: [{ ...ada, isBackfilled: true }] }, ['backfill:1001']],
    ['what is parked', { athletes: [{ ...ada, parked: 2 }] }, ['parked:1001']],
    ['a refused application', { lastLookAt: before(3 * minuteMs), refusal }, ['application']],
    [
      'a refused application that never worked',
      { lastLookAt: undefined, refusal },
      ['application'],
    ],
    ['no refusal any more, once a list was read after it', { refusal }, []],
    ['no silence while a look is not late', { lastLookAt: before(20 * minuteMs) }, []],
    ['silence, once it is', { lastLookAt: late }, ['silence']],
    ['silence where no list was ever read', { lastLookAt: undefined }, ['silence']],
    ['no silence where nobody is logged in', { athletes: [], lastLookAt: late }, []],
    [
      'no silence besides a login of no use',
      { athletes: [revoked], lastLookAt: late },
      ['authorization:1001'],
    ],
    [
      'silence where another athlete could be served',
      { athletes: [revoked, { ...ada, athleteId: 1002 }], lastLookAt: late },
      ['authorization:1001', 'silence'],
    ],
  ])('%s', (_, facts, keys) => {
    const { lastLookAt, ...rest } = { ...quiet, ...facts };
    const causes = causesOf({ ...rest, ...(lastLookAt && { lastLookAt }) });
    expect(causes.map(({ key }) => key)).toEqual(keys);
    for (const { text } of causes) expect(text).toMatch(/^[A-Z].*[^.]$|\.$/);
  });

  it('pauses the silence while the quota is spent', () => {
    const [silence] = causesOf({ ...quiet, lastLookAt: late, isQuotaSpent: true });
    expect(silence).toMatchObject({ kind: 'silence', isPaused: true, leastWatchedMs: dayMs });
  });
});

describe('a notice', () => {
  const gapMs = longestGapMs(15 * minuteMs);
  const cause: Cause = { key: 'application', kind: 'application', text: 'x', leastWatchedMs: 0 };
  const slow: Cause = { ...cause, key: 'silence', kind: 'silence', leastWatchedMs: dayMs };
  const noticeOf = ({ key, kind, text }: Cause, more: Partial<Notice> = {}): Notice => {
    const seenAt = before(15 * minuteMs);
    return { key, kind, text, since: seenAt, seenAt, watchedMs: 0, tries: 0, ...more };
  };
  const decide = (causes: readonly Cause[], known: readonly Notice[]) =>
    decideNotices(causes, known, { nowMs, gapMs });

  it('is remembered and due when its cause begins', () => {
    const begun = noticeOf(cause, { since: new Date(nowMs), seenAt: new Date(nowMs) });
    expect(decide([cause], [])).toEqual({ changed: [begun], ended: [], due: [begun] });
  });

  it.each<[string, Partial<Notice>, boolean]>([
    ['that was not delivered is due again', { tries: 1 }, true],
    ['is given up after some tries', { tries: mostTries }, false],
    ['that was told is not told again', { tries: 1, toldAt: before(minuteMs) }, false],
  ])('%s', (_, more, isDue) => {
    const known = noticeOf(cause, more);
    expect(decide([cause], [known])).toEqual({ changed: [], ended: [], due: isDue ? [known] : [] });
  });

  it('is forgotten when its cause ends, and told again when it comes again', () => {
    const told = noticeOf(cause, { toldAt: before(minuteMs) });
    expect(decide([], [told])).toEqual({ changed: [], ended: ['application'], due: [] });
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
