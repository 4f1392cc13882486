/**
 * Responses without end, or that decompress to gigabytes: what is read of them is bounded.
 */
import { describe, expect, it } from 'vitest';
import { hasFigures, watch } from '../../support/command/process-figures.ts';
import type { Scene } from '../../support/scene.ts';
import { athleteId, useScene } from '../../support/scene.ts';

async function streamsStateOf(scene: Scene, id: number): Promise<unknown> {
  const { sync } = (await scene.stored(id)) as unknown as { sync: { streams: unknown } };
  return sync.streams;
}

describe('a response that is too large', () => {
  const openScene = useScene();

  it('a response that is too large of streams is the fault of the activity, which is parked with the reason after five tries', async () => {
    const scene = await openScene({ activities: 8 });
    const { faults, world, requests } = scene.simulator;
    const recorded = world.activities(athleteId).filter(({ hasStreams }) => hasStreams);
    const [endless = 0, bomb = 0] = recorded.map(({ id }) => id);
    faults.activity(endless, 'endless');
    faults.activity(bomb, 'gzip-bomb');
    const command = scene.launch(['sync'], { LOG_LEVEL: 'info', STRAVA_STREAMS_MAX_MB: '8' });
    const figures = await watch(command.pid, 50);
    const { exitCode, stdout, stderr } = await command.ended;
    expect(exitCode, stderr).toBe(0);
    for (const id of [endless, bomb]) {
      expect(stdout).toMatch(new RegExp(`Parked, tried again in a day or later: .*${id}`));
      expect(requests.count({ activityId: id, endpoint: 'streams' })).toBe(5);
      expect(await streamsStateOf(scene, id)).toMatchObject({
        state: 'parked',
        error: expect.stringContaining('sent more than 8 MB for') as string,
      });
    }
    const parked = (await scene.differences()).filter((text) => text.includes('parked'));
    expect(parked).toHaveLength(2);
    expect(await scene.differences()).toHaveLength(4);
    // Without a bound it is several gigabytes.
    if (hasFigures) expect(figures.at(-1)?.peakMb).toBeLessThan(600);
  });

  it('a response that is too large of the list or the token is said at once, and everything is fetched once it is over', async () => {
    const scene = await openScene({ activities: 5 });
    scene.simulator.faults.next('endless', 1, { endpoint: 'token' });
    scene.simulator.faults.next('gzip-bomb', 1, { endpoint: 'list' });
    const { exitCode, stderr } = await scene.launch(['sync'], { LOG_LEVEL: 'warn' }).ended;
    expect(exitCode, stderr).toBe(0);
    const said = stderr.match(
      /sent more than 64 MB for \S+; the rest was not read\. Trying again/g,
    );
    expect(said).toHaveLength(1);
    expect(await scene.differences()).toEqual([]);
  });
});
