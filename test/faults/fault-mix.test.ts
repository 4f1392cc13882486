import { describe, expect, inject, it } from 'vitest';
import type { FaultKind } from '../../src/simulator/api/fault-kinds.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { reportFaults } from '../fault-report.ts';
import { storedCollections } from '../support/mongodb/database.ts';
import { scaled } from '../support/faults/fault-scale.ts';
import { lossesOf } from '../support/faults/losses.ts';
import { logIn } from '../support/mirror.ts';
import { faultSeed } from '../support/faults/random.ts';
import type { Scene } from '../support/scene.ts';
import { athleteId, useScene } from '../support/scene.ts';

const everything: readonly FaultKind[] = [
  'error-json',
  'html-502',
  '597',
  'reset',
  'reset-mid-body',
  'truncated',
  'cut-json',
  'wrong-content-type',
  'html-200',
  'hang',
  'drip',
  'rate-limit',
];

const windowMs = 2_000;
const failingOnQuota = { STRAVA_TIMEOUT: '1s', STRAVA_QUOTA_SHORT_WINDOW: `${windowMs}ms` };
const open = useScene();

function countsOf({ faults }: Simulator, kinds: readonly FaultKind[]): Record<string, number> {
  return Object.fromEntries(kinds.map((kind) => [kind, faults.count(kind)]));
}

/** Runs `sync` without faults, then empties the database; returns its number of requests. */
async function countFaultless(scene: Scene): Promise<number> {
  const { simulator, db } = scene;
  const quiet = await scene.run('sync');
  expect(quiet.exitCode).toBe(0);
  const faultless = scene.countedRequests();
  await Promise.all((await storedCollections(db)).map((collection) => collection.drop()));
  await logIn(db, simulator, athleteId);
  simulator.requests.clear();
  return faultless;
}

interface Outcome {
  readonly scenario: string;
  readonly kinds: readonly FaultKind[];
  readonly note: string;
}

async function expectWhole(scene: Scene, { scenario, kinds, note }: Outcome): Promise<void> {
  const { simulator, db } = scene;
  const { lost, doubled } = await lossesOf(db, simulator, athleteId);
  const fetchedTwice = simulator.requests.fetchedTwice();
  const overLimit = simulator.requests.overLimit().length;
  reportFaults(inject('faultReport'), {
    scenario,
    seed: faultSeed,
    faults: countsOf(simulator, kinds),
    requests: scene.countedRequests(),
    overLimit,
    fetchedTwice: fetchedTwice.length,
    lost: lost.length,
    doubled,
    note,
  });
  expect({ lost, doubled, fetchedTwice, overLimit }).toEqual({
    lost: [],
    doubled: 0,
    fetchedTwice: [],
    overLimit: 0,
  });
}

describe.concurrent(`transient errors (seed ${faultSeed})`, () => {
  it(
    'completes with few more requests when a fifth of them fail in every way',
    { timeout: scaled(120_000, 400_000) },
    async () => {
      const activities = scaled(60, 500);
      const scene = await open({
        seed: faultSeed,
        activities,
        quota: { short: 5_000, daily: 50_000, shortWindowMs: windowMs },
        env: failingOnQuota,
      });
      const { simulator } = scene;
      const faultless = await countFaultless(scene);
      simulator.faults.rate(0.2, everything);

      const ended = await scene.run('sync', '--json');
      expect(ended.exitCode, ended.stderr).toBe(0);
      const faults = simulator.faults.count();
      expect(faults).toBeGreaterThan(activities / 20);
      const maxRequests = faultless * 1.15 + faults;
      expect(scene.countedRequests()).toBeLessThanOrEqual(maxRequests);
      await expectWhole(scene, {
        scenario: 'fault mix of 20 %',
        kinds: everything,
        note: `${faultless} requests without faults`,
      });
    },
  );

  it(
    'sends single requests with growing pauses while Strava is away, and then continues',
    { timeout: scaled(120_000, 200_000) },
    async () => {
      const scene = await open({ seed: faultSeed, activities: 40, env: failingOnQuota });
      const { simulator } = scene;
      const kinds: readonly FaultKind[] = ['html-502', 'reset', '597'];
      const running = scene.launch(['sync']);
      await simulator.requests.waitFor((log) => log.count('streams') >= 10);
      simulator.faults.rate(1, kinds);
      const awayFrom = Date.now();
      const failedAt = (): number[] =>
        simulator.requests.entries.filter(({ fault }) => fault !== null).map(({ at }) => +at);
      const gaps = (): number[] =>
        failedAt()
          .slice(1)
          .map((atMs, index) => atMs - Number(failedAt()[index]));
      const longPauseMs = scaled(1_000, 4_000);
      await simulator.requests.waitFor(() => Number(gaps().at(-1)) > longPauseMs, 150_000);
      const awayMs = Date.now() - awayFrom;
      simulator.faults.clear();
      const ended = await running.ended;
      expect(ended.exitCode, ended.stderr).toBe(0);

      const failed = failedAt();
      // Pauses double, and each is at least half of its bound: after three more it is four times as long.
      expect(gaps().at(-1)).toBeGreaterThan(2 * Number(gaps().at(-4)));
      // Five are tolerated, and three more were in flight by then; a response that was on its way when Strava
      // failed lets five more fail. The others follow one by one, after 0.5, 1, 2 and 4 seconds.
      expect(failed.length).toBeLessThanOrEqual(scaled(13 + 3, 13 + 5));
      await expectWhole(scene, {
        scenario: 'Strava away',
        kinds,
        note: `${failed.length} requests while away for ${Math.round(awayMs / 1_000)} s`,
      });
    },
  );

  it('completes despite half-open and dripping connections, even in a refresh', async () => {
    const scene = await open({ seed: faultSeed, activities: 12, env: failingOnQuota });
    const { simulator } = scene;
    simulator.faults.next('hang', 1, { endpoint: 'token' });
    simulator.faults.next('drip', 1, { endpoint: 'list' });
    simulator.faults.next('hang', 2, { endpoint: 'streams' });
    simulator.faults.next('drip', 2, { endpoint: 'streams' });
    const ended = await scene.run('sync');
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(simulator.faults.count()).toBe(6);
    await expectWhole(scene, {
      scenario: 'half-open and dripping connections',
      kinds: ['hang', 'drip'],
      note: '',
    });
  });
});
