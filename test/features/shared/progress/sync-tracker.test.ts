import { expect, it } from 'vitest';
import { hourMs, minuteMs } from '../../../../src/domain/duration.ts';
import type { EstimateFacts } from '../../../../src/domain/rate-limit/estimate.ts';
import { estimate } from '../../../../src/domain/rate-limit/estimate.ts';
import { noReserve, opensAt, reserve } from '../../../../src/domain/rate-limit/quota.ts';
import type { QuotaSettings, QuotaState } from '../../../../src/domain/rate-limit/quota-state.ts';
import { emptyQuota } from '../../../../src/domain/rate-limit/quota-state.ts';
import type { TrackerOptions } from '../../../../src/features/shared/progress/sync-tracker.ts';
import { createTracker } from '../../../../src/features/shared/progress/sync-tracker.ts';
import type { TimeLeft } from '../../../../src/features/shared/progress/sync-lines.ts';
import { emptyStats } from '../../../../src/sync/run-stats.ts';
import { createRandom } from '../../../support/faults/random.ts';

const startMs = Date.UTC(2026, 10, 22, 9, 3);

interface Simulated {
  readonly quota: Pick<QuotaSettings, 'short' | 'daily'>;
  readonly activities: number;
  /** The time of a request, without its noise of a fifth to each side. */
  readonly requestMs: number;
}

/** Lists the activities, then fetches their streams one after the other, as the quota allows. */
function simulate({ quota, activities, requestMs }: Simulated) {
  const settings: QuotaSettings = {
    ...quota,
    shortWindowMs: 15 * minuteMs,
    dailyWindowMs: 24 * hourMs,
    isHigherAllowed: false,
    maxInFlightMs: 1,
  };
  const random = createRandom(7);
  let state: QuotaState = emptyQuota;
  let nowMs = startMs;
  let [requests, busyMs] = [0, 0];
  const facts = (): EstimateFacts => ({ state, settings, nowMs });
  const options: TrackerOptions = {
    totals: { stored: 0, counted: activities },
    estimate: (left, requestsPerHour) => estimate(left, { ...facts(), requestsPerHour }),
    nowMs: () => nowMs,
    requestsPerHour: undefined,
    shortWindowMs: settings.shortWindowMs,
  };
  const tracker = createTracker(options);
  const request = (durationMs: number): void => {
    nowMs = Math.max(nowMs, opensAt(state, nowMs, settings, noReserve));
    const wanted = { id: String(requests), owner: 'a', atMs: nowMs, reserve: noReserve };
    const decision = reserve(state, wanted, settings);
    if (!decision.isAllowed) throw new Error('the quota was not open');
    state = { ...decision.state, inFlight: [] };
    const tookMs = durationMs * (0.8 + 0.4 * random.next());
    requests += 1;
    nowMs += tookMs;
    busyMs += tookMs;
  };
  const statsOf = (added: number, streamsStored: number) => ({
    ...{ ...emptyStats, requests, added, streamsStored },
    busySeconds: Math.round(busyMs / 1_000),
  });
  for (let added = 0; added < activities; added += 200) {
    request(4 * requestMs);
    const isListKnown = added + 200 >= activities;
    tracker.progress(statsOf(Math.min(activities, added + 200), 0), {
      left: Math.min(activities, added + 200),
      isListKnown,
    });
  }
  const estimates: { readonly atMs: number; readonly timeLeft: TimeLeft | undefined }[] = [];
  for (let stored = 1; stored <= activities; stored += 1) {
    request(requestMs);
    tracker.progress(statsOf(activities, stored), { left: activities - stored, isListKnown: true });
    if (stored < activities) estimates.push({ atMs: nowMs, timeLeft: tracker.state().timeLeft });
  }
  const totalMs = nowMs - startMs;
  const errors = estimates.flatMap(({ atMs, timeLeft }) =>
    timeLeft === undefined ? [] : [Math.abs(atMs + timeLeft.ms - nowMs) / totalMs],
  );
  const deciders = new Set(estimates.map(({ timeLeft }) => timeLeft?.decidedBy));
  return { maxError: Math.max(...errors), estimates: errors.length, deciders };
}

it.each([
  [
    'the daily quota',
    'daily',
    { quota: { short: 100, daily: 1_000 }, activities: 2_914, requestMs: 200 },
  ],
  [
    'the 15-minute window',
    'short',
    { quota: { short: 100, daily: 9_000 }, activities: 1_000, requestMs: 200 },
  ],
  [
    'the measured speed',
    'speed',
    { quota: { short: 9_000, daily: 90_000 }, activities: 2_000, requestMs: 200 },
  ],
] as const)(
  'where %s decides, the estimated end stays within a tenth once the list is known',
  (_, decider, simulated) => {
    const { maxError, estimates, deciders } = simulate(simulated);
    expect(maxError).toBeLessThan(0.1);
    expect(estimates).toBeGreaterThan(simulated.activities / 2);
    expect(deciders).toContain(decider);
  },
);

const tracker = (options: Partial<TrackerOptions> = {}) =>
  createTracker({
    totals: { stored: 100, counted: 400 },
    estimate: (left, requestsPerHour = Infinity) => ({
      endMs: (left / requestsPerHour) * hourMs,
      decidedBy: 'speed',
    }),
    nowMs: () => 0,
    requestsPerHour: undefined,
    shortWindowMs: 15 * minuteMs,
    ...options,
  });

it('counts in the list what was stored before the run', () => {
  const followed = tracker();
  followed.progress({ ...emptyStats, added: 50, deleted: 1 }, { left: 50, isListKnown: false });
  expect(followed.state().list).toMatchObject({ done: 149, total: 400, isKnown: false });
});

it('knows no total of a run over a part of the history', () => {
  const followed = tracker({ totals: undefined });
  followed.progress({ ...emptyStats, added: 50 }, { left: 50, isListKnown: false });
  expect(followed.state().list).toMatchObject({ done: 50, total: undefined });
});

it('keeps the rate of the list, and measures that of the streams anew, once the list is known', () => {
  const followed = tracker();
  const listed = { ...emptyStats, added: 600, busySeconds: 30 };
  followed.progress(listed, { left: 600, isListKnown: false });
  followed.progress({ ...listed, streamsStored: 3 }, { left: 597, isListKnown: true });
  expect(followed.state().list.perMinute).toBe(1_200);
  expect(followed.state().streams.perMinute).toBeUndefined();
  const stats = { ...listed, streamsStored: 63, busySeconds: 60 };
  followed.progress(stats, { left: 537, isListKnown: true });
  expect(followed.state().list.perMinute).toBe(1_200);
  expect(followed.state().streams).toEqual({ done: 63, left: 537, perMinute: 120 });
  expect(followed.state().timeLeft?.ms).toBe((537 / 120) * minuteMs);
});

it('estimates by the speed of the last runs before this one is measured, and else not at all', () => {
  const backlog = { left: 60, isListKnown: true };
  const first = tracker();
  first.progress({ ...emptyStats, streamsStored: 5, busySeconds: 2 }, backlog);
  expect(first.state().timeLeft).toBeUndefined();
  const later = tracker({ requestsPerHour: 3_600 });
  later.progress({ ...emptyStats, streamsStored: 5, busySeconds: 2 }, backlog);
  expect(later.state().timeLeft?.ms).toBe(minuteMs);
});

it('waits until the next progress', () => {
  const followed = tracker();
  followed.waiting('14:15', { left: 3, isListKnown: true });
  expect(followed.state()).toMatchObject({ waitingUntil: '14:15', streams: { left: 3 } });
  followed.progress(emptyStats, { left: 2, isListKnown: true });
  expect(followed.state().waitingUntil).toBeUndefined();
});
