import { setTimeout as sleep } from 'node:timers/promises';
import { goOn, isOver } from '../../support/progress.ts';
import { createRandom } from '../../support/faults/random.ts';
import { athleteId } from '../../support/scene.ts';
import type { Round } from '../round.ts';
import { figuresOf, succeed } from '../round.ts';

const pauses = 5;
const activities = 180;
/** Small windows, so that the run lasts for all pauses. */
const windowMs = 2_000;
const limit = 20;

/** Two syncs of one athlete, of which one after the other is stopped for longer than its lease lasts. */
export const pausesRound: Round = async ({ open }, seed) => {
  const random = createRandom(seed);
  const scene = await open({
    seed,
    activities,
    quota: { short: limit, shortWindowMs: windowMs, daily: 50_000 },
    env: {
      LEASE_DURATION: '1s',
      STRAVA_TIMEOUT: '5s',
      STRAVA_QUOTA_SHORT: String(limit),
      STRAVA_QUOTA_SHORT_WINDOW: `${windowMs}ms`,
    },
  });
  const { world } = scene.simulator;
  const syncs = [scene.launch(['sync']), scene.launch(['sync'])];
  let done = 0;
  for (const sync of Array.from({ length: pauses }, () => random.pick(syncs))) {
    await goOn(scene, sync, random.integer(1, limit));
    if (await isOver(sync)) break;
    sync.kill('SIGSTOP');
    world.editActivity(random.pick(world.activities(athleteId)).id, { name: `Renamed ${done}` });
    await sleep(random.integer(1_500, 3_500));
    sync.kill('SIGCONT');
    done += 1;
  }
  for (const sync of syncs) await succeed(sync);
  await succeed(scene.launch(['sync']));
  return await figuresOf(scene, { pauses: done });
};
