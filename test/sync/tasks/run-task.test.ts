import type { Document } from 'mongodb';
import { Long } from 'mongodb';
import { describe, expect, it } from 'vitest';
import type { JsonRecord } from '../../../src/simulator/api/json-text.ts';
import { dayMs, hourMs, useRounds } from '../../support/rounds.ts';
import { athleteNamed } from '../../support/scene.ts';

const open = useRounds();
/** Long enough for segment efforts. */
const withEfforts = (activities: number) => ({
  athletes: [{ ...athleteNamed('Ada', 1001, activities), samplesPerActivity: [60, 80] as const }],
});
const everything = { SYNC_DETAILS: 'true', SYNC_SEGMENTS: 'true', SYNC_ATHLETE: 'true' };

/** An effort's id as a text: it is beyond what a double holds. */
function effortIds(efforts: unknown): readonly string[] {
  return (efforts as readonly { id: Long | bigint | number }[]).map(({ id }) => id.toString());
}

describe('the details', () => {
  it('the details of every activity are merged into it, the ids of efforts exact, one request each', async () => {
    const scene = await open({ ...withEfforts(14), config: { SYNC_DETAILS: 'true' } });
    const round = await scene.round();
    expect([round.exitCode, round.requestsTo('activity')]).toEqual([0, 14]);
    const stored = await scene.db
      .collection('activities')
      .find({}, { promoteLongs: false })
      .toArray();
    let efforts = 0;
    for (const document of stored) {
      const detail: JsonRecord = scene.simulator.world.detail(Number(document._id));
      expect(document['description']).toBe(detail['description']);
      expect(document['laps']).toHaveLength((detail['laps'] as unknown[]).length);
      expect(effortIds(document['segment_efforts'])).toEqual(effortIds(detail['segment_efforts']));
      efforts += effortIds(detail['segment_efforts']).filter((id) => BigInt(id) > 2n ** 53n).length;
      // Of an activity that ended just now, efforts may still come.
      const isNew = (document['start_date'] as Date).getTime() > Date.now() - dayMs;
      if (!isNew) expect(document['sync']).toMatchObject({ details: { state: 'stored' } });
    }
    expect(efforts).toBeGreaterThan(3);
    await scene.pass(hourMs);
    expect((await scene.round()).requests).toBe(1);
  });

  it('the details are fetched again where the name changed, and not where only kudos came', async () => {
    const scene = await open({
      activities: 8,
      config: { SYNC_DETAILS: 'true', SYNC_STREAMS: 'false' },
    });
    await scene.round();
    const [first, second] = scene.simulator.world.activities(1001);
    scene.simulator.world.editActivity(first?.id ?? 0, { name: 'Renamed' });
    scene.simulator.world.editActivity(second?.id ?? 0, { kudos_count: 99 });
    const round = await scene.round();
    expect([round.requestsTo('list'), round.requestsTo('activity')]).toEqual([1, 1]);
    const renamed = await scene.db.collection('activities').findOne({ name: 'Renamed' });
    expect(renamed?.['laps']).toBeDefined();
    expect(await scene.db.collection('changes').countDocuments()).toBe(1);
  });

  it('the details come after the streams of the last days and before the older streams', async () => {
    const scene = await open({ activities: 40, config: { SYNC_DETAILS: 'true' } });
    await scene.round();
    const freshFromMs = Date.now() - 7 * dayMs;
    const starts = new Map(
      scene.simulator.world.activities(1001).map(({ id, startAt }) => [id, startAt.getTime()]),
    );
    const order = scene.simulator.requests.entries
      .filter(({ endpoint }) => endpoint === 'streams' || endpoint === 'activity')
      .map(({ endpoint, activityId }) => {
        const isFresh = (starts.get(activityId ?? 0) ?? 0) >= freshFromMs;
        return `${isFresh ? 'fresh' : 'old'} ${endpoint}`;
      });
    const inOrder = ['fresh streams', 'fresh activity', 'old streams', 'old activity'];
    const firsts = inOrder.map((kind) => order.indexOf(kind)).filter((at) => at >= 0);
    expect(firsts).toEqual(firsts.toSorted((one, other) => one - other));
    expect(order.lastIndexOf('old streams')).toBeLessThan(order.indexOf('old activity') + 4);
  });
});

describe('segments and the athlete', () => {
  it('segments and the athlete are kept once each, the segments with their streams, and refreshed daily', async () => {
    const scene = await open({ ...withEfforts(12), config: everything });
    const first = await scene.round();
    expect(first.exitCode).toBe(0);
    const met = new Set<number>();
    for (const { id } of scene.simulator.world.activities(1001)) {
      const efforts = scene.simulator.world.detail(id)['segment_efforts'];
      for (const effort of efforts as JsonRecord[]) {
        met.add(Number((effort['segment'] as JsonRecord)['id']));
      }
    }
    expect(met.size).toBeGreaterThan(1);
    expect([first.requestsTo('segment'), first.requestsTo('segment-streams')]).toEqual([
      met.size,
      met.size,
    ]);
    const segments = await scene.db.collection('segments').find().toArray();
    expect(new Set(segments.map(({ _id }) => Number(_id)))).toEqual(met);
    for (const { streams } of segments) {
      expect(Object.keys(streams as Document).sort()).toEqual([
        'altitude',
        'distance',
        'lat',
        'lng',
      ]);
    }
    expect([
      first.requestsTo('athlete'),
      first.requestsTo('athlete-zones'),
      first.requestsTo('stats'),
    ]).toEqual([1, 1, 1]);
    expect(first.requestsTo('gear')).toBe(4);
    const athlete = await scene.db.collection('athletes').findOne({});
    expect(athlete).toMatchObject({ firstname: 'Ada', zones: { heart_rate: {} }, stats: {} });
    expect(
      await scene.db.collection('gear').countDocuments({ brand_name: { $exists: true } }),
    ).toBe(4);

    await scene.pass(hourMs);
    expect((await scene.round()).requests).toBe(1);
    await scene.pass(dayMs);
    const next = await scene.round();
    expect([next.requestsTo('athlete'), next.requestsTo('gear'), next.requests]).toEqual([1, 0, 4]);
  });

  it('segments and the athlete that are for subscribers only, or not granted, are remembered, and nothing else is harmed', async () => {
    const scene = await open({ activities: 3, config: { SYNC_ATHLETE: 'true' } });
    const refreshToken = scene.simulator.issueRefreshToken(1001, ['read', 'activity:read_all']);
    await scene.db
      .collection('tokens')
      .updateMany(
        {},
        { $set: { refresh_token: refreshToken, scope: ['read', 'activity:read_all'] } },
      );
    const round = await scene.round();
    expect(round.exitCode).toBe(0);
    expect(await scene.differences()).toEqual([]);
    expect(
      await scene.db
        .collection('tokens')
        .countDocuments({ needs_authorization: { $exists: true } }),
    ).toBe(0);
    await scene.pass(dayMs + hourMs);
    const next = await scene.round();
    expect(next.requestsTo('athlete-zones')).toBe(0);
  });
});

describe('a recording of any length', () => {
  /** Some seconds where nothing else is running. */
  const minutesMs = 300_000;

  it(
    'a recording of any length of 300,000 samples is stored in parts and read back equal by one query',
    { timeout: minutesMs },
    async () => {
      const scene = await open({ activities: 1 });
      const samples = 300_000;
      const id = scene.simulator.world.addActivity(1001, { name: 'Four days' }, { samples });
      expect((await scene.round()).exitCode).toBe(0);
      const parts = await scene.db
        .collection('streams')
        .find({ activity_id: Long.fromNumber(id) })
        .sort({ part: 1 })
        .toArray();
      expect(parts.length).toBeGreaterThan(1);
      const truth = scene.simulator.world.streams(id) ?? {};
      for (const [key, expected] of Object.entries(truth)) {
        if (key === 'latlng') continue;
        const whole = parts.flatMap((part) => part[key] as unknown[]);
        expect(whole.length, key).toBe(expected.length);
        expect(
          whole.every((value, index) => value === expected[index]),
          key,
        ).toBe(true);
      }
    },
  );
});
