/**
 * Makes the database ready: collections, indexes, validators, views. Each index is there for a question
 * that docs/querying.md or the cookbook names.
 */
import { hasServerCode, namespaceExists } from '../base/failures.ts';
import type { Db, IndexDescription } from 'mongodb';
import type { Mongo } from '../base/connection.ts';
import { createRouteIndex } from './route-index.ts';
import { applyValidators } from './validators.ts';
import { createViews } from './views.ts';

/** Totals by day, week, month, year and sport are read from it alone. */
const totalsIndex: IndexDescription = {
  name: 'totals',
  key: {
    'sync.athlete_id': 1,
    sport_type: 1,
    start_date_local: 1,
    distance: 1,
    moving_time: 1,
    total_elevation_gain: 1,
  },
};

const indexes: Readonly<Record<string, readonly IndexDescription[]>> = {
  activities: [
    { name: 'athlete_start', key: { 'sync.athlete_id': 1, start_date: -1 } },
    {
      name: 'streams_to_do',
      key: { 'sync.athlete_id': 1, 'sync.streams.state': 1, start_date: -1 },
    },
    {
      name: 'details_to_do',
      key: { 'sync.athlete_id': 1, 'sync.details.state': 1, start_date: -1 },
    },
    {
      name: 'missing',
      key: { 'sync.athlete_id': 1, 'sync.missing.since': 1 },
      partialFilterExpression: { 'sync.missing.since': { $exists: true } },
    },
    // Which gear is named is read from the index alone.
    { name: 'athlete_gear', key: { 'sync.athlete_id': 1, gear_id: 1 } },
    { name: 'sport_start', key: { sport_type: 1, start_date: -1 } },
    totalsIndex,
    // The latest of one athlete's sport.
    { name: 'athlete_sport', key: { 'sync.athlete_id': 1, sport_type: 1, start_date: -1 } },
    { name: 'track', key: { track: '2dsphere' } },
    { name: 'start_point', key: { start_point: '2dsphere' } },
  ],
  segments: [
    { name: 'to_do', key: { 'sync.athlete_ids': 1, 'sync.state': 1, 'sync.first_seen_at': 1 } },
  ],
  gear: [{ name: 'athlete', key: { 'sync.athlete_id': 1 } }],
  events: [
    { name: 'owner_due', key: { owner_id: 1, due_at: 1 } },
    { name: 'expiry', key: { received_at: 1 }, expireAfterSeconds: 24 * 60 * 60 },
  ],
  streams: [
    { name: 'activity_part', key: { activity_id: 1, part: 1 }, unique: true },
    { name: 'athlete_start', key: { athlete_id: 1, start_date: -1 } },
  ],
  runs: [{ name: 'started', key: { started_at: -1 } }],
  changes: [
    { name: 'seen', key: { seen_at: -1 } },
    { name: 'activity_seen', key: { activity_id: 1, seen_at: -1 } },
    { name: 'athlete', key: { athlete_id: 1 } },
    { name: 'athlete_seen', key: { athlete_id: 1, seen_at: -1 } },
  ],
  tombstones: [{ name: 'athlete', key: { athlete_id: 1, _id: 1 } }],
  parked: [{ name: 'athlete', key: { athlete_id: 1 } }],
  leases: [{ name: 'expiry', key: { expires_at: 1 }, expireAfterSeconds: 7 * 24 * 60 * 60 }],
  pending_logins: [
    { name: 'expiry', key: { obtained_at: 1 }, expireAfterSeconds: 30 * 24 * 60 * 60 },
  ],
};

/** Makes the collections, validators and indexes; doing it again changes nothing. */
export async function prepareDatabase(mongo: Mongo): Promise<void> {
  const { db } = mongo;
  await createStreamsCollection(db);
  for (const [name, descriptions] of Object.entries(indexes)) {
    await db.collection(name).createIndexes([...descriptions]);
  }
  await applyValidators(mongo);
  await createRouteIndex(mongo);
  await createViews(mongo);
}

/** zstd halves the streams on disk and costs no time; compression is chosen when a collection is made. */
async function createStreamsCollection(db: Db): Promise<void> {
  const storageEngine = { wiredTiger: { configString: 'block_compressor=zstd' } };
  try {
    await db.createCollection('streams', { storageEngine });
  } catch (error) {
    if (!hasServerCode(error, namespaceExists)) throw error;
  }
}
