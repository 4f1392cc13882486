/**
 * Two processes that send as fast as the quota allows, over windows of some seconds: a machine that stands
 * still for seconds loses one of them, which the test allows. Each race has a database of its own, so that they run side by side.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { QuotaSpentError } from '../../src/errors.ts';
import { prepareDatabase } from '../../src/mongo/setup/ensure-indexes.ts';
import type { Store } from '../../src/mongo/schema/collections.ts';
import type { HeaderMode } from '../../src/simulator/api/quota-windows.ts';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { open } from '../mongo/base/connection-of.ts';
import { useDatabase } from '../support/mongodb/database.ts';
import { athleteId, createStack, free, logIn, never, type Stack } from './stack.ts';

const { uri, name } = useDatabase();
const athletes = [{ id: athleteId, firstname: 'A', lastname: 'M', activities: 3 }];
const windows = { shortWindowMs: 3_000, dailyWindowMs: 12_000 };
// A request shortly before a day begins is charged to that day too, so the day has room for a window more.
const quota = { short: 15, daily: 75, ...windows };
/** Four short windows, and what is left of the first and the last. */
const raceMs = 13_500;
const simulators: Simulator[] = [];
const stores: Store[] = [];

afterAll(async () => {
  await Promise.all(simulators.map((simulator) => simulator.close()));
  await Promise.all(stores.map(({ db }) => db.dropDatabase()));
  await Promise.all(stores.map((store) => store.close()));
});

/**
 * Requests in flight count twice, so a window can look spent until they end: on a slow machine, nobody
 * would ask again who waits for the next window.
 */
const askAgainMs = 250;

/** Sends requests as fast as the quota allows until the time is over. */
async function pull({ source, stravaClock }: Stack, untilMs: number): Promise<void> {
  while (Date.now() < untilMs) {
    try {
      await source.listPage(athleteId, { page: 1 }, free);
    } catch (error) {
      if (!(error instanceof QuotaSpentError)) throw error;
      const pauseMs = error.opensAt.getTime() - stravaClock.nowMs();
      await sleep(Math.min(Math.max(5, pauseMs), askAgainMs));
    }
  }
}

/** Two processes with four requests in flight each, over some short windows. */
async function race(headers: HeaderMode): Promise<Simulator> {
  const simulator = await startSimulator({ athletes, quota, headers });
  simulators.push(simulator);
  const another = async (): Promise<Stack> => {
    const store = await open({ uri, name: `${name}_${headers}` });
    stores.push(store);
    await prepareDatabase(store);
    return createStack({ simulator, store, settings: quota });
  };
  const [first, second] = [await another(), await another()];
  await logIn(first, simulator);
  await first.access.token(athleteId, never());
  const untilMs = Date.now() + raceMs;
  await Promise.all(
    [first, second].flatMap((stack) => [1, 2, 3, 4].map(() => pull(stack, untilMs))),
  );
  return simulator;
}

/** The share of the quota that was used in the completely observed short windows, but for the emptiest. */
function useOf(simulator: Simulator): number {
  const counts = new Map<number, number>();
  for (const { at, isCounted } of simulator.requests.entries) {
    if (!isCounted) continue;
    const window = Math.floor(at.getTime() / windows.shortWindowMs);
    counts.set(window, (counts.get(window) ?? 0) + 1);
  }
  const [first, last] = [Math.min(...counts.keys()), Math.max(...counts.keys())];
  const used = Array.from({ length: last - first - 1 }, (_, at) => counts.get(first + 1 + at) ?? 0);
  const [, ...others] = used.toSorted((one, other) => one - other);
  return others.reduce((sum, count) => sum + count, 0) / (others.length * quota.short);
}

describe.concurrent('two processes at full speed', () => {
  it('two processes at full speed use nearly all of the quota, and never exceed it', async () => {
    const simulator = await race('both');
    expect(simulator.requests.overLimit()).toEqual([]);
    expect(useOf(simulator)).toBeGreaterThanOrEqual(0.9);
  });

  it.each(['none', 'rubbish', 'overall'] as const)(
    'two processes without usable headers never exceed the quota with the header mode %s',
    async (mode) => {
      const simulator = await race(mode);
      expect(simulator.requests.overLimit()).toEqual([]);
      expect(useOf(simulator)).toBeGreaterThanOrEqual(0.6);
    },
  );
});
