import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { reportFaults } from '../fault-report.ts';
import { scaled } from '../support/faults/fault-scale.ts';
import { lossesOf } from '../support/faults/losses.ts';
import { projectFolder } from '../support/command/command.ts';
import { hasFigures, riseOf, watch } from '../support/command/process-figures.ts';
import { faultSeed } from '../support/faults/random.ts';
import { athleteId, athleteNamed, useScene } from '../support/scene.ts';

const [few, many] = scaled([300, 800], [500, 5_000]);
/** The same for all, so that the largest activity does not depend on their number. */
const samplesPerActivity = scaled(20, 300);
/** The short form has to tolerate the noise of the garbage collection. */
const maxGrowth = scaled(1.35, 1.15);
const env = { LOG_LEVEL: 'info', STRAVA_QUOTA_SHORT: '20000' };
/** As a user starts the program, with its memory options. */
const byScript = { program: join(projectFolder, 'bin/domestique') };
const quota = { short: 20_000, daily: 50_000 };
const open = useScene();

async function peakOf(activities: number): Promise<number> {
  const athletes = [{ ...athleteNamed('Ada', athleteId, activities), samplesPerActivity }];
  const scene = await open({ seed: faultSeed, athletes, quota, env });
  const backfill = scene.launch(['sync'], {}, byScript);
  const seen = await watch(backfill.pid, 50);
  const ended = await backfill.ended;
  expect(ended.exitCode, ended.stderr).toBe(0);
  expect(await scene.db.collection('activities').countDocuments()).toBe(activities);
  return seen.at(-1)?.peakMb ?? 0;
}

// Only /proc tells how much memory a process has.
describe.skipIf(!hasFigures)('memory', { timeout: scaled(90_000, 900_000) }, () => {
  it('memory does not grow with the number of activities', async () => {
    // One short run's peak is a tenth above another's.
    const peaks = [await peakOf(few), await peakOf(few), await peakOf(few)];
    const [, small = 0] = peaks.toSorted((one, other) => one - other);
    const large = await peakOf(many);
    reportFaults(inject('faultReport'), {
      scenario: `peak memory of ${few} and ${many} activities`,
      seed: faultSeed,
      note: `${Math.round(small)} and ${Math.round(large)} MB`,
    });
    expect(large / small).toBeLessThanOrEqual(maxGrowth);
  });

  it('memory and open files do not grow while the daemon ticks', async () => {
    const scene = await open({ seed: faultSeed, activities: 20, env });
    const { simulator, db } = scene;
    const daemon = scene.launch(['start'], { SYNC_SCHEDULE: '* * * * * *' }, byScript);
    await daemon.shown('Run done');
    const soak = AbortSignal.timeout(scaled(8_000, 600_000));
    const uploads = setInterval(() => simulator.world.addActivity(athleteId), scaled(700, 2_000));
    const seen = await watch(daemon.pid, scaled(100, 1_000), soak);
    clearInterval(uploads);
    const polls = simulator.requests.count('list');
    await simulator.requests.waitFor((log) => log.count('list') > polls + 1, 30_000);
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);

    const half = seen.slice(Math.floor(seen.length / 2));
    const memory = half.map(({ residentMb }) => residentMb);
    const files = half.map(({ openFiles }) => openFiles);
    const mean = memory.reduce((sum, megabytes) => sum + megabytes, 0) / memory.length;
    const { lost, doubled } = await lossesOf(db, simulator, athleteId);
    const ticks = await db.collection('runs').countDocuments();
    const [memoryRise, filesRise] = [riseOf(memory), riseOf(files)];
    reportFaults(inject('faultReport'), {
      scenario: `soak of ${ticks} runs`,
      seed: faultSeed,
      requests: scene.countedRequests(),
      overLimit: simulator.requests.overLimit().length,
      fetchedTwice: simulator.requests.fetchedTwice().length,
      lost: lost.length,
      doubled,
      note: `${Math.round(mean)} MB ${memoryRise.toFixed(1)} MB more, ${filesRise.toFixed(1)} open files more`,
    });
    expect({ lost, doubled }).toEqual({ lost: [], doubled: 0 });
    expect(ticks).toBeGreaterThan(scaled(4, 300));
    expect(memoryRise).toBeLessThan(mean * scaled(0.2, 0.05));
    expect(filesRise).toBeLessThan(3);
  });
});
