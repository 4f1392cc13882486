import type { Store } from '../../src/mongo/schema/collections.ts';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock, type Clock } from '../../src/clock.ts';
import type { QuotaSettings } from '../../src/domain/rate-limit/quota-state.ts';
import { QuotaSpentError } from '../../src/errors.ts';
import { RateLimitedError } from '../../src/strava-errors.ts';
import type { Quota } from '../../src/simulator/api/quota-windows.ts';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts';
import { useAdapter } from '../mongo/adapter.ts';
import { open } from '../mongo/base/connection-of.ts';
import { athleteId, createStack, free, logIn, never, thrownBy, type Stack } from './stack.ts';

const adapter = useAdapter();
const athletes = [{ id: athleteId, firstname: 'A', lastname: 'M', activities: 3 }];
const inTheWindow = new Date('2026-10-05T10:07:00Z');
let simulators: Simulator[] = [];
let connections: Store[] = [];

beforeEach(() => adapter.empty());

afterEach(async () => {
  await Promise.all(simulators.map((simulator) => simulator.close()));
  await Promise.all(connections.map((store) => store.close()));
  [simulators, connections] = [[], []];
});

/** A clock that moves only by `advance`; its sleeps are real. */
function heldClock(): Clock & { advance(ms: number): void } {
  let nowMs = inTheWindow.getTime();
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

async function startWith(options: SimulatorOptions): Promise<Simulator> {
  const simulator = await startSimulator({ athletes, ...options });
  simulators.push(simulator);
  return simulator;
}

/** The stack of another process, with its own connection and memory. */
async function another(
  simulator: Simulator,
  settings: Partial<QuotaSettings>,
  clock: Clock = systemClock,
): Promise<Stack> {
  const store = await open(adapter.database);
  connections.push(store);
  return createStack({ simulator, store, settings, clock });
}

interface Scene {
  readonly simulator: Simulator;
  readonly stack: Stack;
  readonly clock: ReturnType<typeof heldClock>;
}

/** One process with a token in hand, in the middle of windows that don't end by themselves. */
async function scene(quota: Partial<Quota>, settings: Partial<QuotaSettings> = {}): Promise<Scene> {
  const clock = heldClock();
  const simulator = await startWith({ quota, clock });
  const { short = 200, daily = 1_000 } = quota;
  const stack = await another(simulator, { short, daily, ...settings }, clock);
  await logIn(stack, simulator);
  await stack.access.token(athleteId, never());
  simulator.requests.clear();
  return { simulator, stack, clock };
}

function list({ source }: Stack): Promise<unknown> {
  return source.listPage(athleteId, { page: 1 }, free);
}

/** Sends one request after the other until the quota is spent; returns how many were sent. */
async function spend(stack: Stack): Promise<number> {
  for (let made = 0; ; made += 1) {
    try {
      await list(stack);
    } catch (error) {
      if (error instanceof QuotaSpentError) return made;
      throw error;
    }
  }
}

describe('a spent window', () => {
  it('a spent window throws before it sends a request when the window is spent, and says until when', async () => {
    const { simulator, stack } = await scene({ short: 3 });
    expect(await spend(stack)).toBe(3);
    const error = await thrownBy(list(stack));
    expect(error).toBeInstanceOf(QuotaSpentError);
    expect(error).toMatchObject({ opensAt: new Date('2026-10-05T10:15:02Z') });
    expect(simulator.requests.count()).toBe(3);
  });

  it('a spent window shares a spent window with a later process', async () => {
    const { simulator, stack, clock } = await scene({ short: 3 });
    await spend(stack);
    const later = await another(simulator, { short: 3 }, clock);
    expect(await spend(later)).toBe(0);
  });

  it('a spent window sends again in the next window', async () => {
    const { simulator, stack, clock } = await scene({ short: 3 });
    await spend(stack);
    clock.advance(8 * 60_000 + 2_000);
    expect(await spend(stack)).toBe(3);
    expect(simulator.requests.overLimit()).toEqual([]);
  });

  it('a spent window keeps the daily window spent when the next short window opens', async () => {
    const { stack, clock } = await scene({ short: 3, daily: 4 });
    expect(await spend(stack)).toBe(3);
    clock.advance(8 * 60_000 + 2_000);
    expect(await spend(stack)).toBe(1);
    const error = await thrownBy(list(stack));
    expect(error).toMatchObject({ opensAt: new Date('2026-10-06T00:00:02Z') });
  });

  it('a spent window leaves the reserve of a request', async () => {
    const { stack } = await scene({ short: 5 });
    const careful = { ...free, reserve: { short: 2, daily: 0 } };
    const request = (): Promise<unknown> => stack.source.listPage(athleteId, { page: 1 }, careful);
    await request();
    await request();
    await request();
    expect(await thrownBy(request())).toBeInstanceOf(QuotaSpentError);
    expect(await spend(stack)).toBe(2);
  });
});

describe('an unexpected 429', () => {
  it('an unexpected 429 closes the window for every process after a 429', async () => {
    const { simulator, stack, clock } = await scene({ short: 10 });
    simulator.faults.next('rate-limit');
    expect(await thrownBy(list(stack))).toBeInstanceOf(RateLimitedError);
    const other = await another(simulator, { short: 10 }, clock);
    expect([await spend(stack), await spend(other)]).toEqual([0, 0]);
    expect(simulator.requests.count()).toBe(1);
    clock.advance(8 * 60_000 + 2_000);
    expect(await spend(stack)).toBe(10);
  });
});

describe('the headers of a response', () => {
  it('the headers of a response lowers the limit within a window when the headers say so', async () => {
    const { simulator, stack } = await scene({ short: 10 });
    await list(stack);
    simulator.setQuota({ short: 4 });
    expect(await spend(stack)).toBe(3);
    expect(simulator.requests.overLimit()).toEqual([]);
  });

  it('the headers of a response raises the limit by the headers only if the operator allows it', async () => {
    const configured = await scene({ short: 10 }, { short: 3 });
    expect(await spend(configured.stack)).toBe(3);
    await adapter.empty();
    const allowed = await scene({ short: 10 }, { short: 3, isHigherAllowed: true });
    expect(await spend(allowed.stack)).toBe(10);
    expect(allowed.simulator.requests.overLimit()).toEqual([]);
  });

  it('the headers of a response counts the requests of another program of the application', async () => {
    const { simulator, stack } = await scene({ short: 10 });
    simulator.useQuotaElsewhere(4);
    await list(stack);
    simulator.useQuotaElsewhere(2);
    await list(stack);
    const burst = await Promise.allSettled(Array.from({ length: 8 }, () => list(stack)));
    const made = burst.filter(({ status }) => status === 'fulfilled').length;
    expect(made).toBeLessThanOrEqual(2);
    expect(simulator.requests.overLimit()).toEqual([]);
    expect(made + (await spend(stack))).toBe(2);
  });
});

describe('concurrent requests', () => {
  it('concurrent requests sends at most four requests at once, and charges each attempt', async () => {
    const { simulator, stack } = await scene({ short: 20 });
    const held = [1, 2, 3, 4].map(() => simulator.hold({ endpoint: 'list' }));
    const requests = Array.from({ length: 10 }, () => list(stack));
    const inFlight = await Promise.all(held);
    await sleep(50);
    expect(simulator.requests.count()).toBe(4);
    for (const request of inFlight) request.release();
    await Promise.all(requests);
    expect(stack.rateLimiter.sentCount()).toBe(10);
    expect(await spend(stack)).toBe(10);
    expect(simulator.requests.overLimit()).toEqual([]);
  });

  it('concurrent requests charges failed requests', async () => {
    const { simulator, stack } = await scene({ short: 4 });
    simulator.faults.next('html-502', 1);
    simulator.faults.next('reset', 1);
    await thrownBy(list(stack));
    await thrownBy(list(stack));
    expect(await spend(stack)).toBe(2);
    expect(simulator.requests.overLimit()).toEqual([]);
  });
});
