/**
 * Runs of `sync` that are killed, at a named point or anywhere, and the cleanup after a grant was lost.
 */
import assert from 'node:assert/strict';
import type { Db } from 'mongodb';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import type { Running } from '../command/command.ts';
import type { KillPoint } from './kill-points.ts';
import { inTheRefresh, killPoints } from './kill-points.ts';
import { logIn } from '../mirror.ts';
import type { MongoProxy } from '../mongodb/mongo-proxy.ts';
import { startMongoProxy } from '../mongodb/mongo-proxy.ts';
import type { Random } from './random.ts';
import type { Scene } from '../scene.ts';
import { athleteId } from '../scene.ts';

/** So long that no run can wait for a lease or a request of a dead process to expire. */
export const unhurried = { LEASE_DURATION: '30m', STRAVA_TIMEOUT: '5m', LOG_LEVEL: 'info' };
/** The timeout for an expected event. */
const maxMs = 60_000;

/** A scene whose runs reach mongod through their own proxy. */
export interface KillStage extends Scene {
  readonly proxy: MongoProxy;
}

/** Adds the proxy to a scene. */
export async function withMongoProxy(scene: Scene): Promise<KillStage> {
  return { ...scene, proxy: await startMongoProxy(scene.mongodb.uri) };
}

/** Starts a run that can be killed. */
export function launchSync(stage: KillStage): Running {
  return stage.launch(['sync'], { MONGODB_URI: stage.proxy.uri });
}

export async function kill(run: Running): Promise<void> {
  run.kill('SIGKILL');
  const { signal, stdout, stderr } = await run.ended;
  assert.equal(signal, 'SIGKILL', `it ended before it could be killed:\n${stdout}${stderr}`);
}

/** Kills one run at a named point. */
export async function killAt(point: KillPoint, scene: KillStage): Promise<void> {
  const { simulator, proxy } = scene;
  if (point.isAboutTokens) simulator.expireAccessTokens();
  let isArmed = true;
  const trapped = point.arm(simulator, proxy, () => isArmed);
  const run = launchSync(scene);
  const drop = await Promise.race([trapped, run.ended.then(() => undefined)]);
  isArmed = false;
  await kill(run);
  drop?.();
}

/** Kills one run after a few requests, or during its start. */
async function killAnywhere(scene: KillStage, random: Random): Promise<void> {
  const { requests } = scene.simulator;
  const before = requests.entries.length;
  const run = launchSync(scene);
  const wanted = random.integer(0, 6);
  if (wanted > 0) {
    const isThere = requests.waitFor((log) => log.entries.length >= before + wanted, maxMs);
    await Promise.race([isThere, run.ended]);
  }
  await new Promise((resolve) => setTimeout(resolve, random.integer(0, wanted > 0 ? 15 : 500)));
  await kill(run);
}

export async function hasLiveGrant(db: Db, simulator: Simulator): Promise<boolean> {
  const stored = await db.collection<{ refresh_token: string }>('tokens').findOne();
  return simulator.isRefreshTokenLive(stored?.refresh_token ?? '');
}

/** The errors after a lost grant, and the new login. */
export async function logInAgain(scene: KillStage): Promise<void> {
  const rejected = await scene.run('sync');
  assert.equal(rejected.exitCode, 3, rejected.stderr);
  const status = await scene.run('status');
  assert.match(status.stdout, /Action required .*has to log in again.*npm run auth/);
  await logIn(scene.db, scene.simulator, athleteId);
}

/** The number of complete responses that were sent once more than needed: streams, and pages of the list. */
export function countWasted({ requests }: Simulator): number {
  const counts = new Map<string, number>();
  for (const { endpoint, path, query, status, isComplete } of requests.entries) {
    const isWork = endpoint === 'streams' || (endpoint === 'list' && query.has('before'));
    if (!isWork || status !== 200 || !isComplete) continue;
    const what = `${path}?${query.toString()}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts.values()].reduce((sum, count) => sum + count - 1, 0);
}

/** How many of the kills hit a run in a rotating refresh, and the grants that were lost in them. */
export interface Killed {
  readonly inRefresh: number;
  readonly grantsLost: number;
}

/**
 * Kills one run after the other, every second one at a named point, in turn; logs in again where a
 * grant was lost.
 * @throws if a grant was lost after its new access token had been used.
 */
export async function killRuns(stage: KillStage, kills: number, random: Random): Promise<Killed> {
  const { db, simulator } = stage;
  const { entries } = simulator.requests;
  let [inRefresh, grantsLost] = [0, 0];
  for (let index = 0; index < kills; index += 1) {
    const point = index % 2 === 0 ? killPoints[(index / 2) % killPoints.length] : undefined;
    const before = entries.length;
    await (point ? killAt(point, stage) : killAnywhere(stage, random));
    const isInRefresh = entries.length > before && entries.at(-1)?.endpoint === 'token';
    if (isInRefresh) inRefresh += 1;
    if (await hasLiveGrant(db, simulator)) {
      assert.notEqual(point?.name, inTheRefresh, 'no grant was lost in a refresh');
      continue;
    }
    assert(isInRefresh, 'a grant was lost, and it was not in a refresh');
    grantsLost += 1;
    await logInAgain(stage);
  }
  return { inRefresh, grantsLost };
}
