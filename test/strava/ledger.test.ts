import { describe, expect, it } from 'vitest';

import type { Clock } from '../../src/clock.ts';
import { chargeRequest, noReserve } from '../../src/domain/rate-limit/quota.ts';
import type { Settlement } from '../../src/domain/rate-limit/quota-feedback.ts';
import type { QuotaSettings, QuotaState } from '../../src/domain/rate-limit/quota-state.ts';
import { emptyQuota } from '../../src/domain/rate-limit/quota-state.ts';
import { QuotaSpentError } from '../../src/errors.ts';
import type { HttpResponse } from '../../src/strava/http.ts';
import { createLedger, maxHeldMs } from '../../src/strava/ledger.ts';
import { createRateLimiter } from '../../src/strava/rate-limiter.ts';
import { createStravaClock } from '../../src/strava/strava-clock.ts';
import type { QuotaStore } from '../../src/sync/ports/quota.ts';
import { silent } from './stack.ts';

const settings: QuotaSettings = {
  short: 200,
  daily: 1_000,
  shortWindowMs: 15 * 60_000,
  dailyWindowMs: 24 * 3_600_000,
  isHigherAllowed: false,
  maxInFlightMs: 90_000,
};
const startMs = Date.parse('2026-10-05T10:07:00Z');

/** A clock that only `pass` moves. */
function stoppedClock() {
  let nowMs = startMs;
  const sleeps = new Set<{ readonly untilMs: number; readonly end: () => void }>();
  const sleep: Clock['sleep'] = (ms, signal) =>
    new Promise((resolve) => {
      const end = (): void => {
        sleeps.delete(entry);
        resolve();
      };
      const entry = { untilMs: nowMs + ms, end };
      sleeps.add(entry);
      signal?.addEventListener('abort', end);
    });
  return {
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs, sleep },
    sleepers: () => sleeps.size,
    pass: async (ms: number) => {
      nowMs += ms;
      for (const { untilMs, end } of sleeps) if (untilMs <= nowMs) end();
      await turn();
    },
  };
}

/** Lets everything run that waits for nothing but promises and Bottleneck's timers of no length. */
async function turn(): Promise<void> {
  for (let count = 0; count < 3; count += 1) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** A quota in memory that keeps every state that was written to it. */
function recordingStore() {
  const written: QuotaState[] = [];
  let before: (() => Promise<unknown>) | undefined;
  const stored = (): QuotaState => written.at(-1) ?? emptyQuota;
  const store: QuotaStore = {
    load: () => Promise.resolve(stored()),
    update: async (change) => {
      await before?.();
      const next = change(stored());
      if (next !== undefined) written.push(next);
      return stored();
    },
  };
  return {
    store,
    written,
    inFlight: () => stored().inFlight.map(({ id }) => id),
    /** Runs before each further update. */
    beforeUpdate: (run: (() => Promise<unknown>) | undefined) => {
      before = run;
    },
  };
}

function counts(usage: number, limit = 200): NonNullable<Settlement['counts']> {
  return { short: { limit, usage }, daily: { limit: 1_000, usage } };
}

function scene() {
  const { clock, pass, sleepers } = stoppedClock();
  const recorded = recordingStore();
  const ledger = createLedger({ store: recorded.store, settings, clock });
  return {
    ...{ ledger, pass, sleepers, ...recorded },
    reserve: (id: string) =>
      ledger.update((state) =>
        chargeRequest(state, { id, owner: 'here', atMs: clock.nowMs() }, settings),
      ),
    settle: (id: string, more: Partial<Settlement> = {}, mayWait = true) =>
      ledger.settle({ id, atMs: clock.nowMs(), isRateLimited: false, ...more }, { mayWait }),
  };
}

/** A rate limiter whose responses the test gives one by one. */
function limiterScene() {
  const { clock, pass } = stoppedClock();
  const recorded = recordingStore();
  const limiter = createRateLimiter({
    store: recorded.store,
    settings,
    clock: createStravaClock(clock, silent),
    timeCheck: () => Promise.resolve(),
    owner: 'here',
    maxInFlight: 4,
    timer: clock,
  });
  const send = async () => {
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
    const sent = Promise.withResolvers<undefined>();
    const done = limiter.schedule(noReserve, () => {
      sent.resolve(undefined);
      return promise;
    });
    await Promise.race([sent.promise, done]);
    const respond = async (status: number): Promise<void> => {
      resolve({ status, headers: {}, body: '' });
      await done;
    };
    const fail = async (error: Error): Promise<void> => {
      reject(error);
      await done.catch(() => undefined);
    };
    return { respond, fail };
  };
  return { limiter, send, pass, ...recorded };
}

describe('a settlement that may wait', () => {
  it('a settlement that may wait is written with the next reservation, in one write', async () => {
    const { reserve, settle, written, inFlight } = scene();
    await reserve('a');
    await settle('a', { counts: counts(1) });
    expect(written).toHaveLength(1);
    await reserve('b');
    expect(written).toHaveLength(2);
    expect(inFlight()).toEqual(['b']);
    expect(written.at(-1)?.windows[0]).toMatchObject({ seen: 1, reserved: 2 });
  });

  it('a settlement that may wait is settled before the reservation that it is written with, so that the bounds are as exact', async () => {
    const { reserve, settle, written } = scene();
    await reserve('a');
    await settle('a');
    await reserve('b');
    expect(written.at(-1)?.inFlight[0]?.charges[0]).toMatchObject({ settledBefore: 1 });
  });

  it('a settlement that may wait is written alone after 250 ms without a reservation', async () => {
    const { reserve, settle, pass, inFlight } = scene();
    await reserve('a');
    await settle('a');
    await pass(maxHeldMs - 1);
    expect(inFlight()).toEqual(['a']);
    await pass(1);
    expect(inFlight()).toEqual([]);
  });

  it('a settlement that may wait waits 250 ms of its own, also after an earlier one was written with a reservation', async () => {
    const { reserve, settle, pass, inFlight } = scene();
    await reserve('a');
    await settle('a');
    await pass(200);
    await reserve('b');
    await settle('b');
    await pass(200);
    expect(inFlight()).toEqual(['b']);
    await pass(50);
    expect(inFlight()).toEqual([]);
  });

  it('a settlement that may wait counts in this process before it is written', async () => {
    const { reserve, settle, ledger } = scene();
    await reserve('a');
    await settle('a', { counts: counts(1) });
    expect(ledger.known().inFlight).toEqual([]);
    await ledger.refresh();
    expect(ledger.known().inFlight).toEqual([]);
  });

  it('a settlement that may wait is written with a reservation that is rejected', async () => {
    const { reserve, settle, ledger, inFlight } = scene();
    await reserve('a');
    await settle('a');
    await ledger.update(() => undefined);
    expect(inFlight()).toEqual([]);
  });

  it('a settlement that may wait stays and is written with the next reservation where its own write failed', async () => {
    const { reserve, settle, pass, inFlight, beforeUpdate } = scene();
    await reserve('a');
    await settle('a');
    beforeUpdate(() => Promise.reject(new Error('MongoDB is away')));
    await pass(maxHeldMs);
    await expect(reserve('b')).rejects.toThrow('MongoDB is away');
    beforeUpdate(undefined);
    await reserve('c');
    expect(inFlight()).toEqual(['c']);
  });

  it('a settlement that may wait leaves nothing that keeps the process alive once it was flushed', async () => {
    const { reserve, settle, ledger, sleepers } = scene();
    await reserve('a');
    await settle('a');
    expect(sleepers()).toBe(1);
    await ledger.flush();
    expect(sleepers()).toBe(0);
  });

  it('a settlement that may wait charges the request to a window that another process opens before it is written', async () => {
    const { reserve, settle, pass, store, written } = scene();
    await pass(8 * 60_000 - 10_000);
    await reserve('a');
    await settle('a', { counts: counts(1) });
    const atMs = Date.parse('2026-10-05T10:15:03Z');
    await store.update((state) =>
      chargeRequest(state, { id: 'x', owner: 'there', atMs }, settings),
    );
    await reserve('b');
    const opened = written.at(-1)?.windows.find((one) => one.startMs === atMs - 3_000);
    expect(opened).toMatchObject({ kind: 'short', reserved: 2 });
  });
});

describe('a settlement that leaves less of the quota', () => {
  it('a settlement that leaves less of the quota is written at once where the headers have a lower limit', async () => {
    const { reserve, settle, written } = scene();
    await reserve('a');
    await settle('a', { counts: counts(1, 100) });
    expect(written.at(-1)).toMatchObject({ inFlight: [], observed: { short: 100 } });
  });

  it('a settlement that leaves less of the quota is written at once where the headers show requests of another program', async () => {
    const { reserve, settle, written } = scene();
    await reserve('a');
    await settle('a', { counts: counts(9) });
    expect(written.at(-1)?.windows[0]).toMatchObject({ minForeign: 8 });
  });

  it('a settlement that leaves less of the quota is written at once also where a read that began before the reservation ends after it', async () => {
    const { reserve, settle, ledger, inFlight, store } = scene();
    const { promise, resolve } = Promise.withResolvers<QuotaState>();
    store.load = () => promise;
    const refreshed = ledger.refresh();
    await reserve('a');
    resolve(emptyQuota);
    await refreshed;
    await settle('a', { counts: counts(1, 100) });
    expect(inFlight()).toEqual([]);
  });
});

describe('the rate limiter', () => {
  it('the rate limiter settles a success with the next reservation while another request is in flight', async () => {
    const { send, inFlight, written } = limiterScene();
    const [one, other] = [await send(), await send()];
    await one.respond(200);
    expect(inFlight()).toHaveLength(2);
    const third = await send();
    expect(written).toHaveLength(3);
    expect(inFlight()).toHaveLength(2);
    await Promise.all([other.respond(200), third.respond(200)]);
  });

  it.each([404, 429, 500])('the rate limiter settles a response of %i at once', async (status) => {
    const { send, inFlight } = limiterScene();
    const [one, other] = [await send(), await send()];
    await one.respond(status);
    expect(inFlight()).toHaveLength(1);
    await other.respond(200);
  });

  it('the rate limiter settles a request that fails at once, with the settlements that wait', async () => {
    const { send, inFlight } = limiterScene();
    const [one, other, third] = [await send(), await send(), await send()];
    await one.respond(200);
    await other.fail(new Error('reset'));
    expect(inFlight()).toHaveLength(1);
    await third.respond(200);
  });

  it('the rate limiter has settled everything in the quota once nothing is in flight', async () => {
    const { send, inFlight } = limiterScene();
    const [one, other] = [await send(), await send()];
    await one.respond(200);
    await other.respond(200);
    expect(inFlight()).toEqual([]);
  });

  it('the rate limiter has settled everything once the last request was rejected before it was sent', async () => {
    const { limiter, send, inFlight, beforeUpdate } = limiterScene();
    const one = await send();
    const { promise, reject } = Promise.withResolvers<undefined>();
    beforeUpdate(() => promise);
    const failing = limiter.schedule(noReserve, () => Promise.reject(new Error('was sent')));
    const outcome = expect(failing).rejects.toThrow(QuotaSpentError);
    await turn();
    beforeUpdate(undefined);
    await one.respond(200);
    expect(inFlight()).toHaveLength(1);
    reject(new QuotaSpentError(new Date(0)));
    await outcome;
    expect(inFlight()).toEqual([]);
  });
});
