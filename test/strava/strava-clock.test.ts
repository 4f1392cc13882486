import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock, type Clock } from '../../src/clock.ts';
import { QuotaSpentError } from '../../src/errors.ts';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { createStravaClock } from '../../src/strava/strava-clock.ts';
import { useAdapter } from '../mongo/adapter.ts';
import { athleteId, createStack, free, logIn, silent, thrownBy, type Stack } from './stack.ts';

const adapter = useAdapter();
let simulators: Simulator[] = [];

beforeEach(() => adapter.empty());

afterEach(async () => {
  await Promise.all(simulators.map((simulator) => simulator.close()));
  simulators = [];
});

function shifted(ms: number): Clock {
  return { ...systemClock, nowMs: () => Date.now() + ms };
}

function heldAt(time: string): Clock & { set(to: string): void; sleepThrough(ms: number): void } {
  let [nowMs, monotonicMs] = [Date.parse(time), 1_000];
  return {
    nowMs: () => nowMs,
    monotonicMs: () => monotonicMs,
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
    set: (to) => {
      monotonicMs += Date.parse(to) - nowMs;
      nowMs = Date.parse(to);
    },
    sleepThrough: (ms) => {
      nowMs += ms;
    },
  };
}

async function start(clock: Clock, short = 200): Promise<Simulator> {
  const athletes = [{ id: athleteId, firstname: 'A', lastname: 'M', activities: 3 }];
  const simulator = await startSimulator({ athletes, clock, quota: { short } });
  simulators.push(simulator);
  return simulator;
}

function list({ source }: Stack): Promise<unknown> {
  return source.listPage(athleteId, { page: 1 }, free);
}

describe("Strava's clock", () => {
  it.each([
    [7_000, 'behind'],
    [-90_000, 'ahead of'],
  ])('follows a Strava clock %d ms from ours, and reports it once', async (aheadMs, side) => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
    const simulator = await start(shifted(aheadMs));
    const stack = await createStack({ simulator, store: adapter.store, log });
    await logIn(stack, simulator);
    await list(stack);
    await list(stack);
    await list(stack);
    const offMs = stack.stravaClock.nowMs() - (Date.now() + aheadMs);
    expect(Math.abs(offMs)).toBeLessThanOrEqual(1_000);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(side);
  });

  it('reports nothing when the clocks nearly agree', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
    const simulator = await start(systemClock);
    const stack = await createStack({ simulator, store: adapter.store, log });
    await logIn(stack, simulator);
    await list(stack);
    expect(Math.abs(stack.stravaClock.nowMs() - Date.now())).toBeLessThan(1_000);
    expect(lines).toEqual([]);
  });

  it("opens the windows on Strava's clock", async () => {
    const simulator = await start(heldAt('2026-10-05T10:16:00Z'), 2);
    const ours = heldAt('2026-10-05T10:10:00Z');
    const stack = await createStack({ simulator, store: adapter.store, clock: ours });
    await logIn(stack, simulator);
    await list(stack);
    await list(stack);
    const error = await thrownBy(list(stack));
    expect(error).toBeInstanceOf(QuotaSpentError);
    expect(error).toMatchObject({ opensAt: new Date('2026-10-05T10:30:02Z') });
  });

  it("requests Strava's time after the machine slept, before the next request", async () => {
    const theirs = heldAt('2026-10-05T10:10:00Z');
    const ours = heldAt('2026-10-05T10:10:00Z');
    const simulator = await start(theirs);
    const stack = await createStack({ simulator, store: adapter.store, clock: ours });
    await logIn(stack, simulator);
    await list(stack);
    ours.sleepThrough(3_600_000);
    expect(stack.stravaClock.isSuspect()).toBe(true);
    simulator.requests.clear();
    await list(stack);
    const endpoints = simulator.requests.entries
      .filter(({ endpoint }) => endpoint !== 'token')
      .map(({ method, path }) => `${method} ${path}`);
    expect(endpoints).toEqual(['HEAD /oauth/authorize', 'GET /api/v3/athlete/activities']);
    expect(Math.abs(stack.stravaClock.nowMs() - theirs.nowMs())).toBeLessThanOrEqual(1_000);
  });

  it('does not suspect the clock when time just passes', () => {
    const clock = heldAt('2026-10-05T10:10:00Z');
    const stravaClock = createStravaClock(clock, silent);
    clock.set('2026-10-05T22:10:00Z');
    expect(stravaClock.isSuspect()).toBe(false);
  });

  it.each([undefined, '', 'yesterday', '2026-13-45'])('learns no time from %j', (date) => {
    const clock = heldAt('2026-10-05T10:10:00Z');
    const stravaClock = createStravaClock(clock, silent, 123);
    stravaClock.learn(date, clock.nowMs());
    expect(stravaClock.nowMs()).toBe(clock.nowMs() + 123);
  });
});
