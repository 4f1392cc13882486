/**
 * The small database of the examples in docs/page-api.md.
 */
import type { Db } from 'mongodb';
import { Long } from 'mongodb';
import { saveAthlete } from '../../../../src/mongo/athletes/athletes.ts';
import { everyApplication } from '../../../../src/mongo/schema/definitions/application.ts';
import { createTokenStore } from '../../../../src/mongo/tokens/tokens.ts';
import type { Adapter } from '../../../mongo/adapter.ts';
import { athleteId, pageOf, recordOf } from '../../../mongo/pages.ts';

/** When the examples are read. */
export const exampleNow = '2026-11-22T14:05:00Z';

const activities = [
  { id: 19_000_000_001, day: '2026-10-31', name: 'Before work', sport_type: 'Run' },
  { id: 19_000_000_002, day: '2026-11-01', name: 'Over the hills', sport_type: 'Ride' },
  { id: 19_000_000_003, day: '2026-11-22', name: 'Morning Ride', sport_type: 'Ride' },
];

const powerZones = [
  { min: 0, max: 180 },
  { min: 181, max: 246 },
  { min: 247, max: -1 },
];

export async function fillExample({ store, activities: stored, database }: Adapter): Promise<void> {
  const tokens = createTokenStore(store, everyApplication);
  const expiresAt = new Date(exampleNow);
  await tokens.save({ athleteId, accessToken: 'a', refreshToken: 'r', expiresAt });
  await saveAthlete(store, athleteId, { firstname: 'Ada', lastname: 'Example' });
  await database.db
    .collection<{ _id: Long }>('athletes')
    .updateOne({ _id: Long.fromNumber(athleteId) }, { $set: { 'zones.power.zones': powerZones } });
  const records = activities.map(({ id, day, ...fields }) =>
    recordOf(id, {
      ...fields,
      start_date: `${day}T07:12:44Z`,
      start_date_local: `${day}T08:12:44Z`,
      total_elevation_gain: 516,
    }),
  );
  const fetchedAt = new Date('2026-11-22T14:00:00Z');
  await stored.storePage(pageOf(records, { fetchedAt }));
  const renamed = { ...records[0], name: 'Before breakfast' };
  await stored.storePage(pageOf([renamed], { fetchedAt: new Date(exampleNow) }));
  await storeRecording(database.db, 19_000_000_003, new Date('2026-11-22T07:12:44Z'));
}

const recording = {
  time: [0, 1_500, 3_000, 4_500],
  distance: [0, 8_310.5, 16_620.9, 24_931.4],
  lat: [48.2, 48.21, 48.205, 48.2],
  lng: [16.37, 16.38, 16.4, 16.37],
  altitude: [171.2, 215, 198.4, 171],
  heartrate: [92, 141, 152, 138],
  watts: [140, 195, 262, 188],
};

const derived = {
  version: 3,
  best_distance: [{ meters: 5_000, seconds: 890.1 }],
  best_power: [{ seconds: 1_200, watts: 212.4 }],
  best_heartrate: [{ seconds: 1_200, bpm: 149.6 }],
  climbs: [
    {
      ...{ from_m: 1_200, to_m: 2_600, from_index: 0, to_index: 1, length: 1_400, gain: 84.2 },
      ...{ gradient: 6, steepest: 8.1, category: 1, seconds: 312 },
    },
  ],
  descents: [
    {
      ...{ from_m: 2_600, to_m: 4_100, from_index: 1, to_index: 2, length: 1_500, gain: 80.1 },
      ...{ gradient: 5.3, steepest: 9, category: 0, seconds: 140 },
    },
  ],
  best_time: [],
  heartrate_seconds: [
    { bpm: 90, seconds: 30 },
    { bpm: 140, seconds: 30 },
  ],
  cells: [
    2 * 2 ** 36 + 196_370 * 180_001 + 138_200,
    2 ** 36 + 196_380 * 180_001 + 138_210,
    2 ** 36 + 196_400 * 180_001 + 138_205,
  ],
};

async function storeRecording(db: Db, id: number, startAt: Date): Promise<void> {
  const _id = Long.fromNumber(id);
  await db.collection('streams').insertOne({
    ...{ activity_id: _id, part: 0, parts: 1, sample_count: 4, epoch: 1, ...recording },
    athlete_id: Long.fromNumber(athleteId),
    start_date: startAt,
    fetched_at: startAt,
  });
  // As a recording is written: the summary's part of `derived` stays.
  const recorded = Object.fromEntries(
    Object.entries(derived).map(([field, value]) => [`derived.${field}`, value]),
  );
  const streams = { state: 'stored', tries: 0, sample_count: 4, fetched_at: startAt };
  await db
    .collection<{ _id: Long }>('activities')
    .updateOne({ _id }, { $set: { 'sync.streams': streams, ...recorded } });
}
