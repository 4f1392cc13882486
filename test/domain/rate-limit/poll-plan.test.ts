import { describe, expect, it } from 'vitest';

import { dayMs, hourMs, minuteMs } from '../../../src/domain/duration.ts';
import { duePolls } from '../../../src/domain/rate-limit/due-polls.ts';
import type { PolledAthlete } from '../../../src/domain/rate-limit/poll-plan.ts';
import { planPolls } from '../../../src/domain/rate-limit/poll-plan.ts';
import { pollShortage, reportPolls } from '../../../src/domain/rate-limit/poll-report.ts';
import { emptyQuota } from '../../../src/domain/rate-limit/quota-state.ts';
import {
  athletesOf,
  countByWindow,
  midnightMs,
  quarterMs,
  quotaOf,
  simulateDays,
} from './simulated-day.ts';
import type { DaysOptions, Sent, SimulatedDays } from './simulated-day.ts';

const settings = quotaOf(200, 1_000);
const lastDayMs = midnightMs + dayMs;

type LastDayOptions = Partial<DaysOptions> & { count: number };

/** Two days, of which the first begins with nobody polled. */
function lastDay(options: LastDayOptions) {
  const { sent, plan } = daysOf(options);
  const polls = sent.filter(({ kind }) => kind === 'poll');
  const today = polls.filter(({ atMs }) => atMs >= lastDayMs);
  return {
    ...{ sent, plan, polls, today },
    old: sent.filter(({ atMs, kind }) => atMs >= lastDayMs && kind === 'old'),
    pollsOf: (athleteId: number) => today.filter((poll) => poll.athleteId === athleteId),
  };
}

const simulated = new Map<string, SimulatedDays>();

/** The same days are simulated once, for all tests that look at them. */
function daysOf({ count, ...rest }: LastDayOptions): SimulatedDays {
  const world = { athletes: athletesOf(count), settings, days: 2, webhookIntervalMs: 0, ...rest };
  const key = JSON.stringify(world);
  const days = simulated.get(key) ?? simulateDays(world);
  simulated.set(key, days);
  return days;
}

function expectWithin(sent: readonly Sent[], short: number, daily: number): void {
  expect(Math.max(...countByWindow(sent, quarterMs).values())).toBeLessThanOrEqual(short);
  expect(Math.max(...countByWindow(sent, dayMs).values())).toBeLessThanOrEqual(daily);
}

const webhooks = [
  ['no webhook', 0],
  ['a webhook', 2 * hourMs],
] as const;
const carried = [1, 3, 10, 50, 200];

describe('a simulated day with an endless backlog', () => {
  describe.each(webhooks)('with %s', (_, webhookIntervalMs) => {
    it.each([...carried, 1_000])(
      'keeps both windows, and the share of polls in each, with %d athletes',
      (count) => {
        const { sent, polls } = lastDay({ count, webhookIntervalMs });
        expectWithin(sent, 200, 1_000);
        expectWithin(polls, 66, 333);
      },
    );

    it.each(carried)('polls each of %d athletes in the last hour of the day', (count) => {
      const { plan, pollsOf } = lastDay({ count, webhookIntervalMs });
      expect(plan.isCarried).toBe(true);
      const lastMs = plan.shares.map(({ athleteId }) => pollsOf(athleteId).at(-1)?.atMs ?? 0);
      expect(Math.min(...lastMs)).toBeGreaterThanOrEqual(lastDayMs + 23 * hourMs);
    });

    it.each([...carried, 1_000])(
      'goes on with recordings while new activities come in, with %d athletes',
      (count) => {
        const { sent, old } = lastDay({ count, webhookIntervalMs, hasUploads: true });
        expectWithin(sent, 200, 1_000);
        expect(old.length).toBeGreaterThan(count > 200 ? 50 : 400);
      },
    );

    it.each([...carried, 1_000])(
      'leaves at least 600 requests a day for recordings with %d athletes',
      (count) => {
        expect(lastDay({ count, webhookIntervalMs }).old.length).toBeGreaterThanOrEqual(600);
      },
    );
  });

  it.each([
    [1, 96],
    [3, 3 * 96],
  ])(
    'a simulated day with an endless backlog polls %d athletes at each tick without a webhook, %d times a day',
    (count, polls) => {
      expect(lastDay({ count }).today).toHaveLength(polls);
    },
  );

  it('a simulated day with an endless backlog polls each of five active athletes in its last hour too, not only once', () => {
    const newestStartMs = midnightMs - dayMs;
    const athletes = athletesOf(5).map((athlete) => ({ ...athlete, newestStartMs }));
    const { polls, plan, pollsOf } = lastDay({ count: 5, athletes });
    expectWithin(polls, 66, 333);
    for (const { athleteId } of plan.shares) {
      const inLastHour = pollsOf(athleteId).filter(({ atMs }) => atMs >= lastDayMs + 23 * hourMs);
      expect(inLastHour.length).toBeGreaterThanOrEqual(2);
    }
  });

  it('a simulated day with an endless backlog spends the whole day, polls and recordings together', () => {
    for (const count of [1, 10, 200]) {
      const { today, old } = lastDay({ count });
      expect(today.length + old.length).toBeGreaterThan(990);
    }
  });

  it('a simulated day with an endless backlog polls who was active lately more often than who was not for a year', () => {
    for (const count of [10, 50]) {
      const { pollsOf, plan } = lastDay({ count });
      const [daily, , , dormant] = athletesOf(count).map(
        ({ athleteId }) => pollsOf(athleteId).length,
      );
      expect(daily).toBeGreaterThan(4 * (dormant ?? Infinity));
      expect(dormant).toBeGreaterThanOrEqual(1);
      expect(plan.perDay).toBeLessThanOrEqual(333);
    }
  });

  it('a simulated day with an endless backlog polls one athlete every two hours with a webhook of that interval', () => {
    const polls = lastDay({ count: 1, webhookIntervalMs: 2 * hourMs }).today;
    expect(polls).toHaveLength(12);
  });

  it('a simulated day with an endless backlog never polls more than a third of a window at one tick after a day without the daemon', () => {
    const { polls } = lastDay({ count: 200, days: 1 });
    expect(Math.max(...countByWindow(polls, minuteMs).values())).toBeLessThanOrEqual(66);
  });

  it('a simulated day with an endless backlog polls each athlete in the last hour with ticks between the quarters too', () => {
    const { plan, pollsOf } = lastDay({ count: 200, tickOffsetMs: 7 * minuteMs });
    for (const { athleteId } of plan.shares) {
      expect(pollsOf(athleteId).at(-1)?.atMs).toBeGreaterThanOrEqual(lastDayMs + 23 * hourMs);
    }
  });

  it('a simulated day with an endless backlog polls 1,000 athletes in turn, the active ones more often, where one poll a day is too much', () => {
    const { polls, plan } = lastDay({ count: 1_000, days: 12 });
    expect(plan.isCarried).toBe(false);
    const seen = new Map<number, number>();
    for (const { athleteId = 0 } of polls) seen.set(athleteId, (seen.get(athleteId) ?? 0) + 1);
    expect(seen.size).toBe(1_000);
    const [active = 0, , , dormant = 0] = athletesOf(1_000).map((one) => seen.get(one.athleteId));
    expect(active).toBeGreaterThan(2 * dormant);
  });
});

describe('the start of a daemon with a webhook', () => {
  it('the start of a daemon with a webhook polls whose last poll was before, and nobody else', () => {
    const listeningSinceMs = midnightMs + 12 * hourMs;
    const facts = {
      ...{ nowMs: listeningSinceMs + 1_000, state: emptyQuota, settings, listeningSinceMs },
      athletes: [
        { athleteId: 1, polledAtMs: listeningSinceMs - 1 },
        { athleteId: 2, polledAtMs: listeningSinceMs },
      ],
      ...{ tickIntervalMs: quarterMs, webhookIntervalMs: dayMs, hasBacklog: true },
    };
    expect([...duePolls(planPolls(facts), facts).athleteIds]).toEqual([1]);
    const alone = { ...facts, listeningSinceMs: 0 };
    expect([...duePolls(planPolls(alone), alone).athleteIds]).toEqual([]);
  });
});

describe('a day without a backlog', () => {
  it('a day without a backlog polls ten athletes about every 20 minutes', () => {
    const { today } = lastDay({ count: 10, hasBacklog: false });
    expect(today.length).toBeGreaterThan(700);
    expectWithin(today, 150, 1_000);
  });

  it('a day without a backlog polls one athlete at each tick even of a schedule that is more frequent than the windows', () => {
    const athletes: readonly PolledAthlete[] = [{ athleteId: 1, polledAtMs: midnightMs }];
    const facts = {
      ...{ nowMs: midnightMs + 1_000, state: emptyQuota, settings, athletes },
      ...{ tickIntervalMs: 1_000, webhookIntervalMs: 0, hasBacklog: false },
    };
    expect(planPolls(facts)).toMatchObject({ isEachTick: true, maxPerDay: 96, perDay: 96 });
  });

  it('a schedule that ticks each second polls in every hour of the day, also in the last', () => {
    for (const hour of [1, 12, 23]) {
      const nowMs = midnightMs + hour * hourMs + 30 * minuteMs;
      const athletes: readonly PolledAthlete[] = [{ athleteId: 1, polledAtMs: nowMs - minuteMs }];
      const facts = {
        ...{ nowMs, state: emptyQuota, settings: quotaOf(5_000, 50_000), athletes },
        ...{ tickIntervalMs: 1_000, webhookIntervalMs: 0, hasBacklog: true },
      };
      expect([...duePolls(planPolls(facts), facts).athleteIds]).toEqual([1]);
    }
  });
});

describe('the report on polls', () => {
  const reportFor = (count: number, short = 200, daily = 1_000) =>
    reportPolls(
      planPolls({
        ...{ nowMs: midnightMs, state: emptyQuota, settings: quotaOf(short, daily) },
        athletes: athletesOf(count),
        ...{ tickIntervalMs: quarterMs, webhookIntervalMs: 0, hasBacklog: true },
      }),
    );

  it('the report on polls tells how often the lists are polled', () => {
    expect(reportFor(3)).toEqual({
      ...{ athletes: 3, carries: 264, isCarried: true, perDay: 288, maxPerDay: 333 },
      ...{ maxPerShortWindow: 66, shortestIntervalMs: quarterMs, longestIntervalMs: quarterMs },
    });
    expect(pollShortage(reportFor(3), false)).toBeUndefined();
    expect(pollShortage(reportFor(264), false)).toBeUndefined();
  });

  it('the report on polls names the numbers and what helps where one poll a day is too much', () => {
    const text = pollShortage(reportFor(1_000), false);
    expect(text).toContain('carries daily polls of 264 athletes, and 1000 have logged in');
    expect(text).toContain('333 polls a day');
    expect(text).toMatch(/a webhook .*, or a higher tier/);
    expect(pollShortage(reportFor(1_000), true)).not.toContain('a webhook');
  });

  it('the report on polls names the last hour where only that is too short', () => {
    const text = pollShortage(reportFor(150, 100), false);
    expect(text).toContain('carries daily polls of 132 athletes');
    expect(text).toContain('not every list is polled in the last hour');
    expect(text).toContain('a longer interval in SYNC_SCHEDULE');
  });
});
