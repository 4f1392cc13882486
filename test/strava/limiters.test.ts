import Bottleneck from 'bottleneck';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { systemClock, type Clock } from '../../src/clock.ts';
import { noReserve } from '../../src/domain/rate-limit/quota.ts';
import {
  chargedWindows,
  emptyQuota,
  type QuotaSettings,
  type QuotaState,
} from '../../src/domain/rate-limit/quota-state.ts';
import { QuotaSpentError } from '../../src/errors.ts';
import { createRateLimiter, type RateLimiter } from '../../src/strava/rate-limiter.ts';
import { createStravaClock } from '../../src/strava/strava-clock.ts';
import type { QuotaStore } from '../../src/sync/ports/quota.ts';
import { silent } from './stack.ts';

const defaults: QuotaSettings = {
  short: 200,
  daily: 1_000,
  shortWindowMs: 15 * 60_000,
  dailyWindowMs: 24 * 3_600_000,
  isHigherAllowed: false,
  maxInFlightMs: 90_000,
};
const small: QuotaSettings = { ...defaults, short: 10, daily: 25 };
const [minuteMs, secondMs, hourMs] = [60_000, 1_000, 3_600_000];
const ok = { status: 200, headers: {}, body: '' };

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A ledger in memory, which processes may share. */
function memoryLedger(): QuotaStore {
  let state: QuotaState = emptyQuota;
  return {
    load: () => Promise.resolve(state),
    update: (change) => {
      state = change(state) ?? state;
      return Promise.resolve(state);
    },
  };
}

/** A ledger that remembers nothing, and so allows every request. */
function forgetfulLedger(): QuotaStore {
  return {
    load: () => Promise.resolve(emptyQuota),
    update: (change) => Promise.resolve(change(emptyQuota) ?? emptyQuota),
  };
}

/** Lets every request pass Bottleneck at once. */
function bypassBottleneck(): void {
  const pass = (work: () => Promise<unknown>): Promise<unknown> => work();
  vi.spyOn(Bottleneck.prototype, 'schedule').mockImplementation(pass as Bottleneck['schedule']);
}

interface Scene {
  readonly limiter: RateLimiter;
  /** The instants of all sent requests. */
  readonly sentMs: number[];
  readonly at: (iso: string) => void;
  readonly advance: (ms: number) => void;
  /** Sends up to `max` requests (default: twice the short limit), four at once, until the quota is spent; returns how many were sent. */
  readonly spend: (max?: number) => Promise<number>;
  readonly send: () => Promise<void>;
}

function scene(store: QuotaStore, settings: QuotaSettings = defaults): Scene {
  let nowMs = Date.parse('2026-10-05T10:07:00Z');
  const clock: Clock = { ...systemClock, nowMs: () => nowMs, monotonicMs: () => nowMs };
  const limiter = createRateLimiter({
    store,
    settings,
    clock: createStravaClock(clock, silent),
    timeCheck: () => Promise.resolve(),
    owner: 'a process',
    maxInFlight: 4,
  });
  const sentMs: number[] = [];
  const send = async (): Promise<void> => {
    await limiter.schedule(noReserve, () => {
      sentMs.push(nowMs);
      return Promise.resolve(ok);
    });
  };
  return {
    limiter,
    sentMs,
    at: (iso) => {
      nowMs = Date.parse(iso);
    },
    advance: (ms) => {
      nowMs += ms;
    },
    send,
    spend: async (max = 2 * settings.short) => {
      const before = sentMs.length;
      let left = max;
      let isSpent = false;
      const pull = async (): Promise<void> => {
        while (!isSpent && left > 0) {
          left -= 1;
          try {
            await send();
          } catch (error) {
            if (!(error instanceof QuotaSpentError)) throw error;
            isSpent = true;
          }
        }
      };
      await Promise.all([1, 2, 3, 4].map(pull));
      return sentMs.length - before;
    },
  };
}

/** The most requests that Strava may have counted in one window of a kind. */
function maxCounted(kind: string, sentMs: readonly number[], settings: QuotaSettings): number {
  const counts = new Map<number, number>();
  for (const atMs of sentMs) {
    for (const window of chargedWindows(emptyQuota, atMs, settings)) {
      if (window.kind !== kind) continue;
      counts.set(window.startMs, (counts.get(window.startMs) ?? 0) + 1);
    }
  }
  return Math.max(0, ...counts.values());
}

describe('Bottleneck with a ledger that allows everything', () => {
  it('Bottleneck with a ledger that allows everything sends at most 200 requests in 15 minutes and 1,000 a day by Bottleneck alone', async () => {
    const { spend, send, at, advance } = scene(forgetfulLedger());
    const sent: number[] = [];
    for (let window = 0; window < 6; window += 1) {
      sent.push(await spend());
      advance(15 * minuteMs);
    }
    expect(sent).toEqual([200, 200, 200, 200, 200, 0]);
    await expect(send()).rejects.toMatchObject({ opensAt: new Date('2026-10-06T00:00:02Z') });
    at('2026-10-06T00:00:02Z');
    expect(await spend(210)).toBe(200);
    await expect(send()).rejects.toMatchObject({ opensAt: new Date('2026-10-06T00:15:02Z') });
  });

  it('Bottleneck with a ledger that allows everything charges requests near a boundary to both windows by Bottleneck alone', async () => {
    const { spend, at, sentMs } = scene(forgetfulLedger(), small);
    at('2026-10-05T10:14:00Z');
    expect(await spend(3)).toBe(3);
    at('2026-10-05T10:14:59Z');
    expect(await spend(4)).toBe(4);
    at('2026-10-05T10:15:01Z');
    expect(await spend(3)).toBe(3);
    at('2026-10-05T10:15:02Z');
    expect(await spend()).toBe(3);
    expect(maxCounted('short', sentMs, small)).toBe(10);
  });

  it('Bottleneck with a ledger that allows everything charges a request in flight across a boundary to both windows by Bottleneck alone', async () => {
    const { limiter, spend, at } = scene(forgetfulLedger(), small);
    at('2026-10-05T10:14:50Z');
    const { promise, resolve } = Promise.withResolvers<typeof ok>();
    const sent = Promise.withResolvers<undefined>();
    const slow = limiter.schedule(noReserve, () => {
      sent.resolve(undefined);
      return promise;
    });
    await sent.promise;
    at('2026-10-05T10:15:02Z');
    expect(await spend()).toBe(9);
    resolve(ok);
    await slow;
  });

  it('Bottleneck with a ledger that allows everything never lets Strava count too many by Bottleneck alone, whenever requests are sent', async () => {
    const step = fc.record({
      pauseMs: fc.constantFrom(0, 500, secondMs, 3 * secondMs, 10 * minuteMs, 5 * hourMs),
      requests: fc.integer({ min: 1, max: 14 }),
    });
    const offsetMs = fc.constantFrom(-3 * secondMs, -secondMs, 0, minuteMs);
    await fc.assert(
      fc.asyncProperty(offsetMs, fc.array(step, { maxLength: 12 }), async (fromMs, steps) => {
        const { spend, at, advance, sentMs } = scene(forgetfulLedger(), small);
        at('2026-10-06T00:00:00Z');
        advance(fromMs);
        for (const { pauseMs, requests } of steps) {
          advance(pauseMs);
          await spend(requests);
        }
        expect(maxCounted('short', sentMs, small)).toBeLessThanOrEqual(small.short);
        expect(maxCounted('daily', sentMs, small)).toBeLessThanOrEqual(small.daily);
      }),
      { numRuns: 25 },
    );
  });
});

describe('the ledger without Bottleneck', () => {
  it('the ledger without Bottleneck sends at most 200 requests in 15 minutes and 1,000 a day by the ledger alone', async () => {
    bypassBottleneck();
    const { spend, advance } = scene(memoryLedger());
    const sent: number[] = [];
    for (let window = 0; window < 6; window += 1) {
      sent.push(await spend());
      advance(15 * minuteMs);
    }
    expect(sent).toEqual([200, 200, 200, 200, 200, 0]);
  });

  it('the ledger without Bottleneck shares the limits between two processes by the ledger alone', async () => {
    bypassBottleneck();
    const ledger = memoryLedger();
    const [one, other] = [scene(ledger), scene(ledger)];
    const sent = await Promise.all([one.spend(), other.spend()]);
    expect(sent[0] + sent[1]).toBe(200);
  });

  it('the ledger without Bottleneck holds no limit once Bottleneck and the ledger are both out of the way', async () => {
    bypassBottleneck();
    expect(await scene(forgetfulLedger()).spend(250)).toBe(250);
  });
});

describe('Bottleneck and the ledger together', () => {
  it('Bottleneck and the ledger together gives each window in Bottleneck what the ledger leaves this process', async () => {
    const increments = vi.spyOn(Bottleneck.prototype, 'incrementReservoir');
    const given = (): number => increments.mock.calls.reduce((sum, [by]) => sum + by, 0);
    const ledger = memoryLedger();
    const [one, other] = [scene(ledger, small), scene(ledger, small)];
    await one.spend(2);
    expect(given()).toBe(small.short + small.daily);
    increments.mockClear();
    await other.spend(6);
    expect(given()).toBe(small.short - 2 + (small.daily - 2));
    increments.mockClear();
    await one.spend(1);
    expect(given()).toBe(-12);
  });

  it('Bottleneck and the ledger together sends every request that the ledger allows, whatever other processes spend', async () => {
    const step = fc.record({
      pauseMs: fc.constantFrom(0, 500, secondMs, 3 * secondMs, 10 * minuteMs, 5 * hourMs),
      requests: fc.integer({ min: 1, max: 14 }),
      byOther: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const ledger = memoryLedger();
        const scenes = [scene(ledger, small), scene(ledger, small)];
        for (const { pauseMs, requests, byOther } of steps) {
          for (const { advance } of scenes) advance(pauseMs);
          await scenes[byOther ? 1 : 0]?.spend(requests);
          const { inFlight, windows } = await ledger.load();
          expect(inFlight).toEqual([]);
          const sentMs = scenes.flatMap((one) => one.sentMs);
          for (const { kind, startMs, reserved } of windows) {
            const counted = sentMs.flatMap((atMs) => chargedWindows(emptyQuota, atMs, small));
            const same = counted.filter((one) => one.kind === kind && one.startMs === startMs);
            expect(reserved, `${kind} ${startMs}`).toBe(same.length);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('Bottleneck and the ledger together sends without a wait after the wall clock was set back', async () => {
    const { send, sentMs } = scene(memoryLedger(), small);
    await send();
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() - hourMs);
    await send();
    await send();
    expect(sentMs).toHaveLength(3);
  });
});
