import type { Db } from 'mongodb';
import { afterAll, describe, expect, inject, it } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { reportFaults } from '../fault-report.ts';
import type { Running } from '../support/command.ts';
import { scaled } from '../support/fault-scale.ts';
import type { KillPoint } from '../support/kill-points.ts';
import { inTheRefresh, killPoints } from '../support/kill-points.ts';
import { lossesOf } from '../support/losses.ts';
import { logIn } from '../support/mirror.ts';
import type { MongoProxy } from '../support/mongo-proxy.ts';
import { startMongoProxy } from '../support/mongo-proxy.ts';
import type { Random } from '../support/random.ts';
import { createRandom, faultSeed } from '../support/random.ts';
import type { Scene, SceneOptions } from '../support/scene.ts';
import { athleteId, athleteNamed, useScene } from '../support/scene.ts';

/** So long that no test can wait for a lease or a request of a dead process to expire. */
const unhurried = { LEASE_DURATION: '30m', STRAVA_TIMEOUT: '5m', LOG_LEVEL: 'info' };
const maxInFlight = 4;
/** The timeout for an expected event. */
const maxMs = 60_000;

/** A scene whose runs reach mongod through their own proxy. */
interface Stage extends Scene {
  readonly proxy: MongoProxy;
}

const openScene = useScene();
const proxies: MongoProxy[] = [];
afterAll(() => Promise.all(proxies.map((proxy) => proxy.close())));

async function open(options: SceneOptions): Promise<Stage> {
  const scene = await openScene({ seed: faultSeed, ...options });
  const proxy = await startMongoProxy(inject('mongoUri'));
  proxies.push(proxy);
  return { ...scene, proxy };
}

function launch(stage: Stage): Running {
  return stage.launch(['sync'], { MONGODB_URI: stage.proxy.uri });
}

async function kill(run: Running): Promise<void> {
  run.kill('SIGKILL');
  const { signal, stdout, stderr } = await run.ended;
  expect(signal, `it ended before it could be killed:\n${stdout}${stderr}`).toBe('SIGKILL');
}

/** Kills one run at a named point. */
async function killAt(point: KillPoint, scene: Stage): Promise<void> {
  const { simulator, proxy } = scene;
  if (point.isAboutTokens) simulator.expireAccessTokens();
  let isArmed = true;
  const trapped = point.arm(simulator, proxy, () => isArmed);
  const run = launch(scene);
  const drop = await Promise.race([trapped, run.ended.then(() => undefined)]);
  isArmed = false;
  await kill(run);
  drop?.();
}

/** Kills one run after a few requests, or during its start. */
async function killAnywhere(scene: Stage, random: Random): Promise<void> {
  const { requests } = scene.simulator;
  const before = requests.entries.length;
  const run = launch(scene);
  const wanted = random.integer(0, 6);
  if (wanted > 0) {
    const isThere = requests.waitFor((log) => log.entries.length >= before + wanted, maxMs);
    await Promise.race([isThere, run.ended]);
  }
  await new Promise((resolve) => setTimeout(resolve, random.integer(0, wanted > 0 ? 15 : 500)));
  await kill(run);
}

async function hasLiveGrant(db: Db, simulator: Simulator): Promise<boolean> {
  const stored = await db.collection<{ refresh_token: string }>('tokens').findOne();
  return simulator.isRefreshTokenLive(stored?.refresh_token ?? '');
}

/** The errors after a lost grant, and the new login. */
async function logInAgain(scene: Stage): Promise<void> {
  const rejected = await scene.run('sync');
  expect(rejected.exitCode, rejected.stderr).toBe(3);
  const status = await scene.run('status');
  expect(status.stdout).toMatch(/Action required .*has to log in again.*npm run auth/);
  await logIn(scene.db, scene.simulator, athleteId);
}

/** Complete responses that were sent more than once: streams, and pages of the list. */
function countWasted({ requests }: Simulator): number {
  const counts = new Map<string, number>();
  for (const { endpoint, path, query, status, isComplete } of requests.entries) {
    const isWork = endpoint === 'streams' || (endpoint === 'list' && query.has('before'));
    if (!isWork || status !== 200 || !isComplete) continue;
    const what = `${path}?${query.toString()}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts.values()].reduce((sum, count) => sum + count - 1, 0);
}

async function finish(scene: Stage): Promise<void> {
  const quiet = await scene.run('sync');
  expect(quiet.exitCode, quiet.stderr).toBe(0);
}

async function expectWhole(
  scene: Stage,
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

/** Every second kill is at a named point, in turn. */
function* schedule(kills: number): Generator<KillPoint | undefined> {
  for (let index = 0; index < kills; index += 1) {
    yield index % 2 === 0 ? killPoints[(index / 2) % killPoints.length] : undefined;
  }
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
      const { simulator, db } = scene;
      const seen = new Map<string, number>();
      let grantsLost = 0;
      for (const point of schedule(kills)) {
        await (point ? killAt(point, scene) : killAnywhere(scene, random));
        const name = point?.name ?? 'anywhere';
        seen.set(name, (seen.get(name) ?? 0) + 1);
        if (await hasLiveGrant(db, simulator)) continue;
        expect(name).toBe(inTheRefresh);
        grantsLost += 1;
        await logInAgain(scene);
      }
      expect(grantsLost).toBe(seen.get(inTheRefresh) ?? 0);
      await finish(scene);
      const scenario = `kill -9 in a backfill of ${activities}`;
      const note = `, ${grantsLost} grants lost in ${seen.get(inTheRefresh) ?? 0} kills in a refresh`;
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
          // A request of a dead process is charged to new windows while it could be in flight.
          STRAVA_TIMEOUT: '3s',
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
async function killInFlight(scene: Stage, inFlight: number): Promise<void> {
  const { simulator, db } = scene;
  const quota = db.collection<QuotaDocument>('quota');
  const run = launch(scene);
  const streams = { endpoint: 'streams' } as const;
  const held = await Promise.all(Array.from({ length: inFlight }, () => simulator.hold(streams)));
  await kill(run);
  for (const one of held) one.drop();
  const ownersInFlight = async (): Promise<readonly string[]> =>
    (await quota.findOne())?.in_flight.map(({ owner }) => owner) ?? [];
  const dead = (await ownersInFlight()).filter((owner) => owner.includes(`|${run.pid}-`));
  expect(dead.length).toBeGreaterThanOrEqual(inFlight);

  const next = launch(scene);
  const before = simulator.requests.count('streams');
  await simulator.requests.waitFor((log) => log.count('streams') > before, maxMs);
  expect((await ownersInFlight()).filter((owner) => dead.includes(owner))).toEqual([]);
  await kill(next);
}
