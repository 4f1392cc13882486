import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../../../src/embedded-mongodb/loopback-port.ts';
import type { Scene } from '../../support/scene.ts';
import { athleteId } from '../../support/scene.ts';
import { notify } from '../../support/subscribed.ts';
import { eventually } from '../../support/waiting.ts';
import type { Round } from '../round.ts';
import { figuresOf, stop } from '../round.ts';

const forgedEvents = 500;
const parallel = 25;
const maxAttempts = 20;
/** One window for the whole round. */
const yearMs = 366 * 86_400_000;
const limit = 100;
const firstUnknownId = 19_900_000_000;

/** A daemon that gets forged events of activities that do not exist, and one real activity among them. */
export const eventsRound: Round = async ({ open }, seed) => {
  const port = await findFreePort();
  const scene = await open({
    seed,
    activities: 6,
    quota: { short: limit, daily: 1_000, shortWindowMs: yearMs, dailyWindowMs: yearMs },
    env: {
      STRAVA_QUOTA_SHORT: String(limit),
      STRAVA_QUOTA_DAILY: '1000',
      STRAVA_QUOTA_SHORT_WINDOW: '366d',
      STRAVA_QUOTA_DAILY_WINDOW: '366d',
      SYNC_SCHEDULE: '* * * * * *',
      HTTP_PORT: String(port),
    },
  });
  const { db, simulator } = scene;
  const daemon = scene.launch(['start']);
  await daemon.shown('Run done');
  const subscribe = ['webhook', 'subscribe', '--callback-url', `http://127.0.0.1:${port}`];
  const { exitCode, stderr } = await scene.callWith({ HTTP_PORT: '0' }, ...subscribe);
  assert.equal(exitCode, 0, stderr);
  const before = simulator.requests.count('activity');
  const forged = Array.from({ length: forgedEvents }, (_, index) => firstUnknownId + index);
  const half = forged.splice(forgedEvents / 2);
  await forge(scene, forged);
  simulator.world.addActivity(athleteId, {}, { samples: 5 });
  await forge(scene, half);
  await simulator.eventsSettled();
  const wasted = { missed_at: { $exists: true } };
  const budget = limit / 10;
  await eventually(async () => (await db.collection('events').countDocuments(wasted)) >= budget);
  // Without the subscription, the next tick polls.
  await db.collection('subscriptions').deleteMany({});
  await eventually(async () => (await scene.differences()).length === 0);
  await sleep(1_000);
  const spent = simulator.requests.count('activity') - before;
  const longestStopMs = await stop(daemon, 0);
  return {
    ...(await figuresOf(scene, { 'forged events': forgedEvents, 'requests for them': spent })),
    longestStopMs,
    broken: spent > budget ? [`${spent} requests for forged events exceeded ${budget}`] : [],
  };
};

async function forge(scene: Scene, ids: readonly number[]): Promise<void> {
  const left = [...ids];
  while (left.length > 0) {
    await Promise.all(left.splice(0, parallel).map((id) => deliver(scene, id)));
  }
}

/** The daemon may respond with 503 when it is too slow for Strava, which then sends the event again. */
async function deliver(scene: Scene, id: number): Promise<void> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const status = await notify(scene, { aspect_type: 'create', object_id: id });
    if (status === 200) return;
    assert.equal(status, 503);
  }
  assert.fail(`the event ${id} was not stored in ${maxAttempts} attempts`);
}
