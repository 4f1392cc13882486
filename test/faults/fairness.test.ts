import { describe, expect, inject, it } from 'vitest';
import { reportFaults } from '../fault-report.ts';
import { isWhole } from '../support/faults/fault-scale.ts';
import type { Scene } from '../support/scene.ts';
import { athleteNamed, useScene } from '../support/scene.ts';
import { countedByWindow, nextWindow, windowOf } from '../support/faults/windows.ts';

const [veteran, rider] = [1001, 1002];
const dayMs = 24_000;
const tickMs = 4_000;
const daily = 60;
/** One poll of each athlete at each tick of a day, which is also the maximum reserve of a fifth. */
const reserved = Math.min((dayMs / tickMs) * 2, daily / 5);

function usedToday({ simulator }: Scene): number {
  return countedByWindow(simulator, dayMs).get(windowOf(Date.now(), dayMs))?.length ?? 0;
}

function oldRequests({ simulator }: Scene, freshIds: readonly number[]): number {
  return simulator.requests.count(
    ({ endpoint, activityId }) => endpoint === 'streams' && !freshIds.includes(activityId ?? 0),
  );
}

function pollsOf({ simulator }: Scene, athleteId: number): number {
  return simulator.requests.count({ athleteId, endpoint: 'list' });
}

/** The requests so shortly before today that they are charged to today as well. */
function chargedTwice({ simulator }: Scene): number {
  const dayStartMs = windowOf(Date.now(), dayMs);
  const guardMs = dayMs / 20;
  return simulator.requests.count(({ at, isCounted }) => {
    const beforeMs = dayStartMs - at.getTime();
    return isCounted && beforeMs > 0 && beforeMs <= guardMs;
  });
}

/** Resolves when the backfill has used its part of a day with half of the day left: on a busy machine of a later one. */
async function drained(scene: Scene, days = 3): Promise<void> {
  const dayStartMs = await nextWindow(dayMs);
  const mayBeTaken = daily - reserved - chargedTwice(scene);
  await scene.simulator.requests.waitFor(
    () => usedToday(scene) >= mayBeTaken || Date.now() >= dayStartMs + dayMs,
    dayMs * 3,
  );
  if (Date.now() <= dayStartMs + dayMs / 2) return;
  expect(days, 'days in which the backfill took more than half a day for its part').toBeGreaterThan(
    1,
  );
  await drained(scene, days - 1);
}

/** The backfill of ten years is made by the daemon itself, or by a command beside it. */
const backfills = isWhole ? (['the daemon', 'a command'] as const) : (['a command'] as const);

describe.concurrent("a new ride during another athlete's backfill", () => {
  const open = useScene();

  it.each(backfills)(
    'a new ride arrives at the next tick while %s has a backfill of ten years',
    async (who) => {
      const scene = await open({
        athletes: [
          { ...athleteNamed('Ada', veteran, 1_200), years: 10, endsAt: new Date('2026-01-01') },
          { ...athleteNamed('Ben', rider, 5), endsAt: new Date('2026-01-01') },
        ],
        quota: { short: 1_000, shortWindowMs: tickMs, daily, dailyWindowMs: dayMs },
        env: {
          SYNC_SCHEDULE: '*/4 * * * * *',
          STRAVA_QUOTA_SHORT: '1000',
          STRAVA_QUOTA_SHORT_WINDOW: `${tickMs}ms`,
          STRAVA_QUOTA_DAILY: String(daily),
          STRAVA_QUOTA_DAILY_WINDOW: `${dayMs}ms`,
        },
      });
      const { simulator, db } = scene;
      const { requests, world } = simulator;
      const command =
        who === 'a command' ? scene.launch(['sync', '--athlete', String(veteran)]) : undefined;
      if (command) await requests.waitFor((log) => log.count({ athleteId: veteran }) > 0);
      const daemon = scene.launch(['start']);
      await requests.waitFor((log) => log.count({ athleteId: rider, endpoint: 'list' }) > 0);
      await drained(scene);

      const dayStartMs = windowOf(Date.now(), dayMs);
      const startAt = new Date(Date.now() - 3_600_000);
      const ride = world.addActivity(rider, { name: 'Ride of today' }, { startAt, samples: 20 });
      const uploadedAtMs = Date.now();
      const oldBefore = oldRequests(scene, [ride]);
      // By their number: a poll in the millisecond of the upload may have come just before it.
      const pollsBefore = pollsOf(scene, rider);
      await requests.waitFor(
        (log) => log.count((entry) => entry.activityId === ride && entry.isComplete) > 0,
        dayMs * 2,
      );
      const arrivedMs = Date.now() - uploadedAtMs;
      const polls = pollsOf(scene, rider) - pollsBefore;
      const oldMeanwhile = oldRequests(scene, [ride]) - oldBefore;
      const usedAtArrival = usedToday(scene);
      const dayOfArrivalMs = windowOf(Date.now(), dayMs);
      for (const running of [daemon, command]) running?.kill('SIGTERM');
      const ended = await Promise.all([daemon.ended, command?.ended]);
      const left = await db
        .collection('activities')
        .countDocuments({ 'sync.athlete_id': veteran, 'sync.streams.state': 'pending' });

      const overLimit = requests.overLimit().length;
      reportFaults(inject('faultReport'), {
        scenario: `a ride of today beside a backfill by ${who}`,
        requests: scene.countedRequests(),
        overLimit,
        fetchedTwice: requests.fetchedTwice().length,
        note: `there ${arrivedMs} ms after its upload (ticks of ${tickMs} ms); ${usedAtArrival} of ${daily} of the day used, ${oldMeanwhile} old requests meanwhile, ${left} to go`,
      });
      expect(overLimit).toBe(0);
      // Only the reserve was left of the day, and the backfill needed more.
      expect(left).toBeGreaterThan(daily);
      expect(dayOfArrivalMs).toBe(dayStartMs);
      expect(oldMeanwhile).toBeLessThanOrEqual(reserved / 2);
      expect(polls).toBe(1);
      expect(await scene.stored(ride)).toMatchObject({ name: 'Ride of today' });
      // The daemon's normal end, and an interrupted command (128 + SIGTERM).
      expect(ended.flatMap((end) => (end ? [end.exitCode] : []))).toEqual(command ? [0, 143] : [0]);
    },
  );
});
