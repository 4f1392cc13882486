import { afterAll, describe, expect, inject, it } from 'vitest';
import { reportFaults } from '../fault-report.ts';
import { scaled } from '../support/faults/fault-scale.ts';
import { inTheRefresh, killPoints } from '../support/faults/kill-points.ts';
import type { KillStage } from '../support/faults/killed-runs.ts';
import {
  countWasted,
  hasLiveGrant,
  kill,
  killAt,
  killRuns,
  launchSync,
  logInAgain,
  unhurried,
  withMongoProxy,
} from '../support/faults/killed-runs.ts';
import { lossesOf } from '../support/faults/losses.ts';
import type { MongoProxy } from '../support/mongodb/mongo-proxy.ts';
import { createRandom, faultSeed } from '../support/faults/random.ts';
import type { SceneOptions } from '../support/scene.ts';
import { athleteId, athleteNamed, useScene } from '../support/scene.ts';

const maxInFlight = 4;
/** The timeout for an expected event. */
const maxMs = 60_000;

const openScene = useScene();
const proxies: MongoProxy[] = [];
afterAll(() => Promise.all(proxies.map((proxy) => proxy.close())));

async function open(options: SceneOptions): Promise<KillStage> {
  const stage = await withMongoProxy(await openScene({ seed: faultSeed, ...options }));
  proxies.push(stage.proxy);
  return stage;
}

async function finish(scene: KillStage): Promise<void> {
  const quiet = await scene.run('sync');
  expect(quiet.exitCode, quiet.stderr).toBe(0);
}

async function expectWhole(
  scene: KillStage,
  { scenario, kills, note = '' }: { scenario: string; kills: number; note?: string },
): Promise<void> {
  const { simulator, db } = scene;
  const { lost, doubled } = await lossesOf(db, simulator, athleteId);
  const overLimit = simulator.requests.overLimit().length;
  const wasted = countWasted(simulator);
  reportFaults(inject('faultReport'), {
    scenario,
    seed: faultSeed,
    kills,
    requests: scene.countedRequests(),
    overLimit,
    fetchedTwice: simulator.requests.fetchedTwice().length,
    lost: lost.length,
    doubled,
    note: `${wasted} requests wasted${note}`,
  });
  expect({ lost, doubled, overLimit }).toEqual({ lost: [], doubled: 0, overLimit: 0 });
  expect(wasted).toBeLessThanOrEqual(maxInFlight * kills);
}

describe.concurrent(`kill -9 (seed ${faultSeed})`, { timeout: 120_000 }, () => {
  it(
    'loses and doubles nothing when a backfill is killed anywhere',
    { timeout: scaled(120_000, 900_000) },
    async () => {
      const random = createRandom(faultSeed);
      const activities = scaled(120, 500);
      const kills = scaled(8, 100);
      const athletes = [
        { ...athleteNamed('Ada', athleteId, activities), samplesPerActivity: [20, 60] as const },
      ];
      const scene = await open({ athletes, env: unhurried });
      const { inRefresh, grantsLost } = await killRuns(scene, kills, random);
      expect(grantsLost).toBeLessThanOrEqual(inRefresh);
      await finish(scene);
      const scenario = `kill -9 in a backfill of ${activities}`;
      const note = `, ${grantsLost} grants lost in ${inRefresh} kills in a refresh`;
      await expectWhole(scene, { scenario, kills, note });
    },
  );

  it('requests a new login when the response to a rotating refresh was lost', async () => {
    const scene = await open({ activities: 10, env: unhurried });
    for (const point of killPoints.filter(({ isAboutTokens }) => isAboutTokens)) {
      await killAt(point, scene);
      const isLost = !(await hasLiveGrant(scene.db, scene.simulator));
      expect(isLost, point.name).toBe(point.name === inTheRefresh);
      if (isLost) await logInAgain(scene);
    }
    await finish(scene);
    await expectWhole(scene, { scenario: 'kill -9 in a refresh', kills: 2 });
  });

  it(
    'stays within small windows, and waits for neither leases nor requests of dead processes',
    { timeout: scaled(120_000, 900_000) },
    async () => {
      const random = createRandom(faultSeed + 1);
      const kills = scaled(4, 20);
      const scene = await open({
        activities: scaled(60, 400),
        quota: { short: 30, shortWindowMs: 2_000, daily: 3_000, dailyWindowMs: 200_000 },
        env: {
          ...unhurried,
          // Until this timeout, a request of a dead process is charged to new windows. It is three windows long: the
          // last held request may have to wait for a new window, and the first must not time out meanwhile.
          STRAVA_TIMEOUT: '6s',
          STRAVA_QUOTA_SHORT: '30',
          STRAVA_QUOTA_SHORT_WINDOW: '2s',
          STRAVA_QUOTA_DAILY: '3000',
          STRAVA_QUOTA_DAILY_WINDOW: '200s',
        },
      });
      for (let count = 0; count < kills; count += 1) {
        await killInFlight(scene, random.integer(1, maxInFlight));
      }
      await finish(scene);
      await expectWhole(scene, { scenario: 'kill -9 in small windows', kills });
    },
  );
});

interface QuotaDocument {
  readonly in_flight: readonly { readonly owner: string }[];
}

/** Kills a run with requests in flight, and expects the next one to start without them. */
async function killInFlight(scene: KillStage, inFlight: number): Promise<void> {
  const { simulator, db } = scene;
  const quota = db.collection<QuotaDocument>('quota');
  const run = launchSync(scene);
  const streams = { endpoint: 'streams' } as const;
  const held = await Promise.all(Array.from({ length: inFlight }, () => simulator.hold(streams)));
  await kill(run);
  for (const one of held) one.drop();
  const ownersInFlight = async (): Promise<readonly string[]> =>
    (await quota.findOne())?.in_flight.map(({ owner }) => owner) ?? [];
  const dead = (await ownersInFlight()).filter((owner) => owner.includes(`|${run.pid}-`));
  expect(dead.length).toBeGreaterThanOrEqual(inFlight);

  const next = launchSync(scene);
  const before = simulator.requests.count('streams');
  await simulator.requests.waitFor((log) => log.count('streams') > before, maxMs);
  expect((await ownersInFlight()).filter((owner) => dead.includes(owner))).toEqual([]);
  await kill(next);
}
