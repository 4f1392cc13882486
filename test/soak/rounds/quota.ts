import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../../support/faults/random.ts';
import type { Random } from '../../support/faults/random.ts';
import type { Running } from '../../support/command/command.ts';
import type { Scene } from '../../support/scene.ts';
import { athleteNamed } from '../../support/scene.ts';
import { countedByWindow, firstRequestFrom, nextWindow } from '../../support/faults/windows.ts';
import type { Round } from '../round.ts';
import { figuresOf, stop, succeed } from '../round.ts';

const interruptedBySigterm = 143;
const athleteIds = [1001, 1002, 1003];
/** A loaded machine sends as much in a window. */
const limit = 120;
const lengthMs = 30_000;
const windows = 3;
const activities = Math.ceil((limit * (windows + 4)) / athleteIds.length);

/** A sync of each athlete, in small windows; in each window one of the processes is restarted. */
export const quotaRound: Round = async ({ open }, seed) => {
  const scene = await open({
    seed,
    athletes: athleteIds.map((id) => athleteNamed(`Athlete ${id}`, id, activities)),
    quota: { short: limit, shortWindowMs: lengthMs, daily: 50_000 },
    env: {
      // A request of a dead process is charged to new windows while it could be in flight.
      STRAVA_TIMEOUT: '3s',
      STRAVA_QUOTA_SHORT: String(limit),
      STRAVA_QUOTA_SHORT_WINDOW: `${lengthMs}ms`,
    },
  });
  const { simulator } = scene;
  const syncs = athleteIds.map((id) => launch(scene, id));
  const hasRequested = (id: number): boolean =>
    simulator.requests.entries.some(({ athleteId }) => athleteId === id);
  await simulator.requests.waitFor(() => athleteIds.every(hasRequested), 60_000);
  const { startMs, stopsMs } = await restartInEach(scene, syncs, createRandom(seed));
  for (const sync of syncs) stopsMs.push(await stop(sync, interruptedBySigterm));
  const used = usedFrom(scene, startMs);
  const overLimit = simulator.requests.overLimit().length;
  const requests = scene.countedRequests();

  simulator.setQuota({ short: 5_000 });
  const done = await scene.runWith({ STRAVA_QUOTA_SHORT: '5000' }, 'sync');
  await succeed({ ended: Promise.resolve(done) });
  return {
    ...(await figuresOf(scene, { windows, restarts: windows }, athleteIds)),
    requests,
    overLimit,
    quota: { used, available: windows * limit },
    longestStopMs: Math.max(...stopsMs),
  };
};

function launch(scene: Scene, id: number): Running {
  return scene.launch(['sync', '--athlete', String(id)]);
}

/** Every second restart follows a SIGKILL, the others a SIGTERM. */
async function restartInEach(
  scene: Scene,
  syncs: Running[],
  random: Random,
): Promise<{ readonly startMs: number; readonly stopsMs: number[] }> {
  const startMs = await nextWindow(lengthMs);
  const stopsMs: number[] = [];
  for (let window = 0; window < windows; window += 1) {
    await firstRequestFrom(scene.simulator, startMs + window * lengthMs);
    await sleep(random.integer(0, lengthMs / 2));
    const at = random.integer(0, syncs.length - 1);
    const [sync, id] = [syncs[at], athleteIds[at]];
    if (sync === undefined || id === undefined) continue;
    if (window % 2 === 0) stopsMs.push(await stop(sync, interruptedBySigterm));
    else {
      sync.kill('SIGKILL');
      await sync.ended;
    }
    syncs[at] = launch(scene, id);
  }
  await firstRequestFrom(scene.simulator, startMs + windows * lengthMs);
  return { startMs, stopsMs };
}

/** The used part of the quota in the windows from the first. */
function usedFrom({ simulator }: Scene, startMs: number): number {
  const counted = countedByWindow(simulator, lengthMs);
  const starts = Array.from({ length: windows }, (_, index) => startMs + index * lengthMs);
  return starts
    .map((start) => Math.min(limit, counted.get(start)?.length ?? 0))
    .reduce((sum, count) => sum + count, 0);
}
