import { describe, expect, it } from 'vitest';
import { athleteId, athleteNamed, useScene } from '../../support/scene.ts';

const openScene = useScene();

describe('the parts of activities', () => {
  it('sync stores the parts that are wanted after everything else, and tries parked ones again when asked to', async () => {
    const athletes = [{ ...athleteNamed('Ada', athleteId, 12), isSubscriber: true }];
    const { simulator, ...scene } = await openScene({
      athletes,
      env: {
        SYNC_ZONES: 'true',
        SYNC_KUDOERS: 'true',
        SYNC_COMMENTS: 'true',
        SYNC_PHOTOS: 'addresses',
        SYNC_SAVED_ROUTES: 'true',
        SYNC_STARRED_SEGMENTS: 'true',
      },
    });
    const { exitCode, stderr } = await scene.call('sync');
    expect(exitCode, stderr).toBe(0);
    const ids = simulator.world.activities(athleteId).map(({ id }) => id);
    for (const id of ids) {
      const summary = simulator.world.summary(id);
      const stored = await scene.stored(id);
      expect(stored?.['kudoers'] ?? []).toHaveLength(Number(summary['kudos_count'] ?? 0));
      expect(stored?.['comments'] ?? []).toHaveLength(Number(summary['comment_count'] ?? 0));
      expect(stored?.['photo_list'] ?? []).toHaveLength(Number(summary['total_photo_count'] ?? 0));
      if (!summary.manual) expect(stored).toMatchObject({ sync: { zones: { state: 'stored' } } });
    }
    expect(await scene.db.collection('saved_routes').countDocuments()).toBe(3);
    expect(await scene.db.collection('starred_segments').countDocuments()).toBe(3);
    const order = simulator.requests.entries.map(({ endpoint }) => endpoint);
    expect(order.indexOf('activity-zones')).toBeGreaterThan(order.lastIndexOf('streams'));
    const requests = order.length;
    expect((await scene.call('sync')).exitCode).toBe(0);
    const again = simulator.requests.entries.slice(requests).map(({ endpoint }) => endpoint);
    expect(again.filter((endpoint) => endpoint !== 'list')).toEqual([]);

    const next_try_at = new Date(Date.now() + 86_400_000);
    const parked = { state: 'parked', tries: 5, error: 'Bad.', next_try_at };
    await scene.db
      .collection('activities')
      .updateOne({ kudos_count: { $gt: 0 } }, { $set: { 'sync.kudoers': parked } });
    expect((await scene.call('status')).stdout).toMatch(/^ {2}parts parked +kudoers of 1$/m);
    const unwanted = await scene.callWith({ SYNC_KUDOERS: 'false' }, 'status');
    expect(unwanted.stdout).not.toContain('parts parked');
    simulator.requests.clear();
    expect((await scene.call('sync', '--retry-parked')).exitCode).toBe(0);
    expect(simulator.requests.count({ endpoint: 'kudos' })).toBe(1);
    expect((await scene.call('status')).stdout).not.toContain('parts parked');
  });

  it('sync requests the zones of an athlete without a subscription no more than once for each request in flight', async () => {
    const { simulator, ...scene } = await openScene({
      activities: 30,
      env: { SYNC_ZONES: 'true', SYNC_STREAMS: 'false' },
    });
    const { exitCode, stderr } = await scene.call('sync');
    expect(exitCode, stderr).toBe(0);
    const rejected = simulator.requests.count({ endpoint: 'activity-zones' });
    expect(rejected).toBeGreaterThan(0);
    expect(rejected).toBeLessThanOrEqual(4);
    await scene.call('sync');
    expect(simulator.requests.count({ endpoint: 'activity-zones' })).toBe(rejected);
  });
});
