import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock, type Clock } from '../../src/clock.ts';
import { QuotaSpentError } from '../../src/errors.ts';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Http } from '../../src/strava/http.ts';
import {
  createStravaClock,
  createTimeCheck,
  withClockLearning,
} from '../../src/strava/strava-clock.ts';
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
  ])(
    "Strava's clock follows a Strava clock %d ms from ours, and reports it once",
    async (aheadMs, side) => {
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
    },
  );

  it("Strava's clock reports nothing when the clocks nearly agree", async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
    const simulator = await start(systemClock);
    const stack = await createStack({ simulator, store: adapter.store, log });
    await logIn(stack, simulator);
    await list(stack);
    expect(Math.abs(stack.stravaClock.nowMs() - Date.now())).toBeLessThan(1_000);
    expect(lines).toEqual([]);
  });

  it("Strava's clock opens the windows on Strava's clock", async () => {
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

  it("Strava's clock requests Strava's time after the machine slept, before the next request", async () => {
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

  it("Strava's clock does not suspect the clock when time just passes", () => {
    const clock = heldAt('2026-10-05T10:10:00Z');
    const stravaClock = createStravaClock(clock, silent);
    clock.set('2026-10-05T22:10:00Z');
    expect(stravaClock.isSuspect()).toBe(false);
  });

  it.each([undefined, '', 'yesterday', '2026-13-45'])(
    "Strava's clock learns no time from %j",
    (date) => {
      const clock = heldAt('2026-10-05T10:10:00Z');
      const stravaClock = createStravaClock(clock, silent, 123);
      stravaClock.learn(date, clock.nowMs());
      expect(stravaClock.nowMs()).toBe(clock.nowMs() + 123);
    },
  );

  it.each([3_600_000, -3_600_000])(
    "Strava's clock sends nothing over the limit where each tenth response is dated %d ms wrong",
    async (wrongMs) => {
      const clock = heldAt('2026-10-05T10:10:00Z');
      const simulator = await start(clock, 20);
      const settings = { short: 20 };
      const stack = await createStack({ simulator, store: adapter.store, clock, settings });
      await logIn(stack, simulator);
      let responses = 0;
      simulator.setDateOffset(() => ((responses += 1) % 10 === 0 ? wrongMs : 0));
      let windows = 1;
      for (let listed = 0; listed < 70;) {
        const outcome: unknown = await list(stack).catch((error: unknown) => error);
        if (outcome instanceof QuotaSpentError) {
          windows += 1;
          clock.set(new Date(outcome.opensAt.getTime() + 1_000).toISOString());
        } else listed += 1;
      }
      expect(simulator.requests.overLimit()).toEqual([]);
      expect(windows).toBeLessThanOrEqual(5);
      expect(Math.abs(stack.stravaClock.nowMs() - clock.nowMs())).toBeLessThanOrEqual(1_000);
    },
  );

  it.each([3_600_000, -3_600_000])(
    "Strava's clock follows a clock of Strava that is set by %d ms, before the next request is counted",
    async (jumpMs) => {
      const clock = heldAt('2026-10-05T10:10:00Z');
      const simulator = await start(clock);
      const stack = await createStack({ simulator, store: adapter.store, clock });
      await logIn(stack, simulator);
      for (let listed = 0; listed < 5; listed += 1) await list(stack);
      simulator.setDateOffset(() => jumpMs);
      await list(stack);
      expect(stack.stravaClock.isSuspect()).toBe(true);
      await list(stack);
      const offMs = stack.stravaClock.nowMs() - clock.nowMs() - jumpMs;
      expect(Math.abs(offMs)).toBeLessThanOrEqual(1_040);
      expect(stack.stravaClock.isSuspect()).toBe(false);
    },
  );

  it.each([
    ['an error', { status: 500, headers: { 'content-type': 'application/json' } }],
    ['a page', { status: 200, headers: { 'content-type': 'text/html' } }],
    [
      'a cached response',
      { status: 200, headers: { 'content-type': 'application/json', age: '3600' } },
    ],
  ])("Strava's clock learns no time from %s", async (_, { status, headers }) => {
    const clock = heldAt('2026-10-05T10:10:00Z');
    const stravaClock = createStravaClock(clock, silent);
    const date = new Date(clock.nowMs() + 30_000).toUTCString();
    const http = withClockLearning(
      () => Promise.resolve({ status, headers: { ...headers, date }, body: '' }),
      clock,
      stravaClock,
    );
    await http({ method: 'GET', url: 'https://www.strava.com/' });
    expect(stravaClock.nowMs()).toBe(clock.nowMs());
  });

  it("Strava's clock stays as it was where the requests for the time contradict each other", async () => {
    const clock = heldAt('2026-10-05T10:10:00Z');
    const stravaClock = createStravaClock(clock, silent);
    let sent = 0;
    const http: Http = () => {
      sent += 1;
      const date = new Date(clock.nowMs() + sent * 3_600_000).toUTCString();
      return Promise.resolve({ status: 404, headers: { date }, body: '' });
    };
    clock.sleepThrough(10_000);
    expect(stravaClock.isSuspect()).toBe(true);
    await createTimeCheck({ http, clock, stravaClock, oauthUrl: 'https://www.strava.com' })();
    expect(stravaClock.isSuspect()).toBe(false);
    expect(stravaClock.nowMs()).toBe(clock.nowMs());
    expect(sent).toBeLessThanOrEqual(8);
  });
});
