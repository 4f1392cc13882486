import { Long, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { derivedFrom } from '../../../src/domain/derived/derived.ts';
import { localTimeOf } from '../../../src/domain/derived/local-time.ts';
import type { Sample, Streams } from '../../../src/domain/activity/streams.ts';
import { storeStreams as storeStreamsIn } from '../../../src/mongo/streams/streams.ts';
import { writeDerivation } from '../../../src/mongo/streams/derivation.ts';
import { rebuildActivities } from '../../../src/features/rebuild/store.ts';
import { storeWith, useAdapter } from '../adapter.ts';
import { athleteId, pageOf, polyline, recordOf } from '../pages.ts';
import { firstStreams, type StreamsWrite } from '../tasks.ts';

const id = 19_000_000_001;
const at = new Date('2026-10-05T11:00:00Z');

const adapter = useAdapter();

beforeEach(() => adapter.empty());

function streamsOf(arrays: Readonly<Record<string, readonly Sample[]>>): Streams {
  const [first = []] = Object.values(arrays);
  return { sampleCount: first.length, arrays: new Map(Object.entries(arrays)) };
}

const recording = streamsOf({
  time: [0, 60, 120],
  distance: [0, 300, 600],
  heartrate: [120, 130, null],
  lat: [48.1, 48.2, 48.2],
  lng: [16.1, 16.1, 16.3],
});
const recordedLine = [
  [16.1, 48.1],
  [16.1, 48.2],
  [16.3, 48.2],
];
const local = localTimeOf(recordOf(id)['start_date_local']);
/** As the gazetteer has it at the summary's `start_latlng`. */
const place = {
  city: 'Vienna',
  region: 'Vienna',
  country: 'Austria',
  country_code: 'AT',
};
const ofSummary = { local, place };
const summaryLine = [
  [16.37, 48.2],
  [16.38, 48.21],
  [16.4, 48.205],
];

async function listed(changes = {}, epoch = 1): Promise<StreamsWrite> {
  await adapter.activities.storePage(pageOf([recordOf(id, changes)], { epoch }));
  return firstStreams(adapter.tasks, at, epoch);
}

const storeStreams = ({ task, ...write }: StreamsWrite, streams: Streams) =>
  adapter.tasks.storeStreams(write, task, streams);
const markWithoutStreams = ({ task, ...write }: StreamsWrite, reason: string) =>
  adapter.tasks.markUnavailable(write, task, reason);

/** As with SYNC_TRACK=streams. */
const storeWithTrack = ({ task, ...write }: StreamsWrite, streams: Streams) =>
  storeStreamsIn({ ...adapter.store, trackSource: 'streams' }, write, task, streams);

/** Without its route, which has its own tests. */
async function activity(): Promise<Document> {
  const projection = { 'derived.route': 0 };
  const found = await adapter.database.db.collection('activities').findOne({}, { projection });
  return found ?? {};
}

async function trackNow(): Promise<unknown> {
  const { track, sync } = await activity();
  const { track_source, track_left_out } = sync as Document;
  const coordinates = (track as Document | undefined)?.['coordinates'] as unknown;
  return { coordinates, track_source: track_source as unknown, leftOut: track_left_out as unknown };
}

const change = (update: Document) =>
  adapter.database.db
    .collection('activities')
    .updateOne({}, update, { bypassDocumentValidation: true });

const rebuild = async (trackSource: 'summary' | 'streams' = 'summary', store = adapter.store) =>
  (await rebuildActivities(store, [id], trackSource).next()).value?.[0];

describe('what is derived from streams', () => {
  it('derived values are stored with the streams in one write', async () => {
    await storeStreams(await listed(), recording);
    const { derived } = await activity();
    expect(derived).toEqual({ ...derivedFrom(recording), ...ofSummary });
    expect(derived).toMatchObject({
      version: 3,
      best_distance: [{ meters: 400, seconds: 80 }],
      max_heartrate: 130,
    });
  });

  it('derived values stay while the streams are fetched again, and change with them', async () => {
    await storeStreams(await listed(), recording);
    const write = await listed({ distance: 600 });
    expect((await activity())['derived']).toEqual({ ...derivedFrom(recording), ...ofSummary });
    const cropped = streamsOf({ time: [0, 60], distance: [0, 300], heartrate: [120, 125] });
    await storeStreams(write, cropped);
    expect((await activity())['derived']).toEqual({ ...derivedFrom(cropped), ...ofSummary });
  });

  it('derived values are removed with the streams', async () => {
    await storeStreams(await listed(), recording);
    await markWithoutStreams(await listed({ distance: 600 }), 'Strava has none');
    expect((await activity())['derived']).toEqual(ofSummary);
  });

  it('the keys derived, track and sync are ours although Strava sends some of the same name', async () => {
    await storeStreams(await listed(), recording);
    await listed({ distance: 600, derived: 'theirs', track: 'theirs', sync: 1 });
    expect(await activity()).toMatchObject({
      derived: { version: 3 },
      track: { coordinates: summaryLine },
      sync: { athlete_id: athleteId },
    });
    await adapter.activities.storePage(pageOf([recordOf(id, { distance: 600, name: 'Renamed' })]));
    expect(await activity()).toMatchObject({ name: 'Renamed', derived: { version: 3 } });
  });

  it('the local time changes with the summary, and goes where its text is no time', async () => {
    await storeStreams(await listed(), recording);
    const list = (start_date_local: string) =>
      adapter.activities.storePage(pageOf([recordOf(id, { start_date_local })]));
    await list('2026-10-04T23:59:00Z');
    const moved = localTimeOf('2026-10-04T23:59:00Z');
    expect((await activity())['derived']).toEqual({
      ...derivedFrom(recording),
      ...ofSummary,
      local: moved,
    });
    await list('yesterday');
    expect((await activity())['derived']).toEqual({ ...derivedFrom(recording), place });
  });

  it('the place changes with the start of the summary, and goes where no place is near', async () => {
    await storeStreams(await listed(), recording);
    const list = (start_latlng: readonly number[]) =>
      adapter.activities.storePage(pageOf([recordOf(id, { start_latlng })]));
    await list([48.137, 11.576]);
    const munich = { city: 'Munich', region: 'Bavaria', country: 'Germany', country_code: 'DE' };
    const derived = { ...derivedFrom(recording), local };
    expect((await activity())['derived']).toEqual({ ...derived, place: munich });
    await list([40, -30]);
    expect((await activity())['derived']).toEqual(derived);
    await list([48.2, 16.37]);
    expect((await activity())['derived']).toEqual({ ...derived, place });
    await list([]);
    expect((await activity())['derived']).toEqual(derived);
  });

  it('derived values are left out if the document has no room for them', async () => {
    await listed();
    await change({ $set: { description: 'x'.repeat(16_770_000) } });
    const isFound = await writeDerivation(adapter.store, {
      filter: { _id: Long.fromNumber(id) },
      values: {
        'derived.version': 1,
        'derived.cells': ['y'.repeat(20_000)],
        'sync.epoch': 2,
      },
      geometries: [{ note: 'z'.repeat(20_000) }],
    });
    expect(isFound).toBe(true);
    const stored = await activity();
    expect(stored['derived']).toEqual(ofSummary);
    expect(stored).not.toHaveProperty('note');
    expect(stored).toMatchObject({ sync: { epoch: 2 } });
  });
});

describe('the stored track', () => {
  const ofSummary = { coordinates: summaryLine };
  const ofStreams = { coordinates: recordedLine, track_source: 'streams' };

  it("the stored track is the summary's by default", async () => {
    await storeStreams(await listed(), recording);
    expect(await trackNow()).toEqual(ofSummary);
  });

  it("the stored track is the recording's where configured, until the recording changes", async () => {
    await storeWithTrack(await listed(), recording);
    expect(await trackNow()).toEqual(ofStreams);
    await adapter.activities.storePage(pageOf([recordOf(id, { name: 'Renamed' })]));
    expect(await activity()).toMatchObject({ name: 'Renamed' });
    expect(await trackNow()).toEqual(ofStreams);
    await listed({ distance: 600 });
    expect(await trackNow()).toEqual(ofSummary);
  });

  it("the stored track of the recording removes the reason why the summary's was left out", async () => {
    const map = { id: 'a', summary_polyline: '_p~iF~ps|U', resource_state: 2 };
    const write = await listed({ map });
    expect(await trackNow()).toEqual({ leftOut: 'one point' });
    await storeWithTrack(write, recording);
    expect(await trackNow()).toEqual(ofStreams);
    await adapter.activities.storePage(pageOf([recordOf(id, { map, name: 'Renamed' })]));
    expect(await trackNow()).toEqual(ofStreams);
  });

  it("the stored track is the summary's where the recording has none", async () => {
    const indoors = streamsOf({ time: [0, 1], lat: [48, 48], lng: [16, 16] });
    await storeWithTrack(await listed(), indoors);
    expect(await trackNow()).toEqual(ofSummary);
    expect(await activity()).toMatchObject({
      derived: { cells: [2 * 2 ** 36 + 196_000 * 180_001 + 138_000] },
    });
  });

  /** Different tracks, so that none shares its keys in the index. */

  const beyondThePole = [
    [16, 48],
    [16, 95],
  ];

  it.each([
    ['is a point', [[16, 48]]],
    ['goes beyond the pole', beyondThePole],
  ])('the stored track is left out if MongoDB rejects it because it %s', async (_, coordinates) => {
    const write = await listed();
    const rejected = { type: 'LineString', coordinates };
    await writeDerivation(adapter.store, {
      filter: { _id: Long.fromNumber(write.task.activityId) },
      values: { 'sync.epoch': 2 },
      geometries: [{ track: rejected, note: 1 }, { track: rejected, note: 2 }, { note: 3 }],
    });
    expect(await activity()).toMatchObject({ note: 3, sync: { epoch: 2 } });
    expect(await trackNow()).toEqual(ofSummary);
  });
});

describe('a rebuild', () => {
  const spoil = () =>
    change({
      $set: { derived: { version: 0 }, 'sync.track_left_out': 'one point' },
      $unset: { track: '', start_point: '' },
    });

  it('a rebuild restores derived values, and writes nothing the second time', async () => {
    await storeStreams(await listed(), recording);
    const before = await activity();
    expect(await rebuild()).toBe('unchanged');
    await spoil();
    expect(await rebuild()).toBe('rebuilt');
    expect(await activity()).toEqual(before);
    expect(await rebuild()).toBe('unchanged');
  });

  it('a rebuild takes the track from the configured source', async () => {
    await storeStreams(await listed(), recording);
    const before = await activity();
    expect(await rebuild('streams')).toBe('rebuilt');
    expect(await trackNow()).toMatchObject({ coordinates: recordedLine });
    expect(await rebuild('streams')).toBe('unchanged');
    expect(await rebuild('summary')).toBe('rebuilt');
    expect(await activity()).toEqual(before);
  });

  it('a rebuild takes an activity off its route, which is stale then, exactly where its track changes', async () => {
    await storeStreams(await listed(), recording);
    const { db } = adapter.database;
    const onRoute = { 'derived.route': { $exists: true } };
    const stale = { stale: { $exists: true } };
    const counts = () =>
      Promise.all([
        db.collection('activities').countDocuments(onRoute),
        db.collection('routes').countDocuments(stale),
      ]);
    await change({ $set: { 'derived.max_heartrate': 1 } });
    expect(await rebuild()).toBe('rebuilt');
    expect(await counts()).toEqual([1, 0]);
    expect(await rebuild('streams')).toBe('rebuilt');
    expect(await counts()).toEqual([0, 1]);
  });

  it('a rebuild keeps derived values while the streams are fetched again', async () => {
    await storeWithTrack(await listed(), recording);
    await change({ $set: { 'sync.streams': { state: 'pending', tries: 0 } } });
    const before = await activity();
    expect(await rebuild('streams')).toBe('unchanged');
    expect(await activity()).toEqual(before);
  });

  it('a rebuild ignores a recording with a missing part', async () => {
    await storeStreams(await listed(), recording);
    await adapter.store.streams.updateOne({}, { $set: { parts: 2 } });
    await spoil();
    expect(await rebuild()).toBe('incomplete');
    expect(await activity()).toMatchObject({
      derived: { version: 0 },
      track: { coordinates: summaryLine },
    });
  });

  it('a rebuild removes the derived values of removed streams', async () => {
    await markWithoutStreams(await listed(), 'Strava has none');
    await change({ $set: { derived: { version: 1 } } });
    expect(await rebuild()).toBe('rebuilt');
    expect((await activity())['derived']).toEqual(ofSummary);
    expect(await rebuild()).toBe('unchanged');
  });

  it.each([[5], ['odd'], [[1, 2]]])(
    'a rebuild replaces a derived of another shape: %j',
    async (derived) => {
      await storeStreams(await listed(), recording);
      const before = await activity();
      await change({ $set: { derived } });
      expect(await rebuild()).toBe('rebuilt');
      expect(await activity()).toEqual(before);
    },
  );

  it('a rebuild makes the local time and the place of an activity without streams', async () => {
    await listed();
    await change({ $unset: { derived: '' } });
    expect(await rebuild()).toBe('rebuilt');
    expect((await activity())['derived']).toEqual(ofSummary);
  });

  it.each([
    ['one point', { map: { summary_polyline: '_p~iF~ps|U' } }, 'one point'],
    ['no positions', { map: { summary_polyline: '' } }, undefined],
  ])('a rebuild stores the reason for a missing track of %s', async (_, changes, leftOut) => {
    await listed(changes);
    await change({ $set: { track: { type: 'LineString', coordinates: summaryLine } } });
    await rebuild();
    expect(await trackNow()).toEqual(leftOut === undefined ? {} : { leftOut });
  });

  it('a rebuild does nothing for a removed activity', async () => {
    expect(await rebuild()).toBe('gone');
  });

  it('a rebuild does not overwrite a concurrent write', async () => {
    await storeStreams(await listed(), recording);
    const longer = streamsOf({ time: [0, 60], distance: [0, 5_000] });
    let isOver = false;
    // A crop with its streams arrives between the read and the write.
    const interrupted = storeWith(adapter.database.db, async (operation) => {
      const result = await operation();
      const [found] = [result].flat() as unknown[];
      // Only the parts of streams are read as bytes.
      const isPart = Buffer.isBuffer(found);
      if (isPart && !isOver) {
        isOver = true;
        const map = { id: 'a', summary_polyline: polyline.slice(0, 16) };
        await storeStreams(await listed({ distance: 5_000, map }), longer);
      }
      return result;
    });
    await change({ $set: { derived: { version: 0 } } });
    const outcome = await rebuild('summary', interrupted);
    expect([isOver, outcome]).toEqual([true, 'unchanged']);
    const stored = await activity();
    expect(stored['derived']).toEqual({ ...derivedFrom(longer), ...ofSummary });
    expect((stored['track'] as Document)['coordinates']).toHaveLength(2);
  });

  it('rebuild gives each of many activities its own values, and tells which are gone', async () => {
    const ids = Array.from({ length: 7 }, (_, index) => id + index);
    // One is so long that it is read alone.
    const recordings = ids.map((_, index) => {
      const heartrate = Array.from({ length: index === 2 ? 70_000 : 3 }, () => 100 + 5 * index);
      return streamsOf({ time: heartrate.map((_bpm, second) => second), heartrate });
    });
    for (const [index, one] of ids.entries()) {
      await adapter.activities.storePage(pageOf([recordOf(one)]));
      await storeStreams(await firstStreams(adapter.tasks, at, 1), recordings[index] ?? recording);
    }
    const { db } = adapter.database;
    await db.collection('activities').updateMany({}, { $unset: { derived: '' } });
    await db.collection('activities').deleteOne({ _id: Long.fromNumber(id + 4) as never });
    // More than are read at once.
    const unknown = Array.from({ length: 90 }, (_, index) => id - 1 - index);
    const results: string[] = [];
    for await (const some of rebuildActivities(adapter.store, [...unknown, ...ids], 'summary'))
      results.push(...some);
    const gone = Array.from({ length: 91 }, () => 'gone');
    expect(results.toSorted()).toEqual([...gone, ...Array.from({ length: 6 }, () => 'rebuilt')]);
    const stored = await db.collection('activities').find().sort({ _id: 1 }).toArray();
    expect(stored.map(({ derived }) => derived as unknown)).toEqual(
      recordings.toSpliced(4, 1).map((one) => ({ ...derivedFrom(one), ...ofSummary })),
    );
  });
});
