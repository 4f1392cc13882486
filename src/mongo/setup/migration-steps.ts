/**
 * What brings a database from one version to the next. Each step finds by itself what is still to be
 * done, and changes nothing when it is done again; so it can be killed at any instant.
 */
import type { AnyBulkWriteOperation, Document, Filter } from 'mongodb';
import { detailFingerprintOf } from '../../domain/activity/activity.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { TrackSource } from '../../domain/derived/recorded-track.ts';
import { toNumber } from '../base/bson-value.ts';
import { summaryOf } from '../history/stored-summary.ts';
import type { ActivityDocument } from '../schema/collections.ts';
import { collectionsOf } from '../schema/collections.ts';
import type { Mongo } from '../base/connection.ts';
import { rebuildActivity } from '../../features/rebuild/store.ts';

/** What a step works on. */
export interface MigrationContext {
  readonly mongo: Mongo;
  readonly trackSource: TrackSource;
}

/** One step: between two batches, where it can be stopped, it yields how many documents it changed. */
export type MigrationStep = (context: MigrationContext) => AsyncIterable<number>;

type Activity = ActivityDocument & Document;

const batchSize = 100;

/** Each once, in the order of their ids; one that cannot be brought up to date holds up nothing. */
async function* batchesOf(
  { db, attempt }: Mongo,
  filter: Filter<Activity>,
): AsyncGenerator<readonly Activity[]> {
  let after: Filter<Activity> = {};
  for (;;) {
    const found = await attempt(() =>
      db
        .collection<Activity>('activities')
        .find({ $and: [filter, after] })
        .sort({ _id: 1 })
        .limit(batchSize)
        .toArray(),
    );
    const last = found.at(-1);
    if (last === undefined) return;
    yield found;
    after = { _id: { $gt: last._id } };
  }
}

/**
 * The first release kept no details, so its activities lack what says whether they have to be asked for
 * again: without it, the first new kudos on an activity would ask for its details once more.
 */
async function* addDetailTraces({ mongo }: MigrationContext): AsyncGenerator<number> {
  const lacking: Filter<Activity> = {
    'sync.detail_trace': { $exists: false },
    'sync.fingerprint': { $type: 'string' },
    'sync.summary_keys': { $type: 'array' },
    start_date: { $type: 'date' },
  };
  for await (const activities of batchesOf(mongo, lacking)) {
    const updates = activities.map((document): AnyBulkWriteOperation<Activity> => ({
      updateOne: {
        // An old program that is still running may write the activity meanwhile.
        filter: { _id: document._id, 'sync.fingerprint': document.sync.fingerprint },
        update: { $set: { 'sync.detail_trace': detailFingerprintOf(asSent(document)) } },
      },
    }));
    const collection = mongo.db.collection<Activity>('activities');
    const { modifiedCount } = await mongo.attempt(() =>
      collection.bulkWrite(updates, { ordered: false }),
    );
    yield modifiedCount;
  }
}

/** Strava writes a start without milliseconds. */
function asSent(document: Activity): JsonObject {
  const start_date = document.start_date.toISOString().replace('.000Z', 'Z');
  return { ...summaryOf(document), start_date };
}

/** The first release worked nothing out from the streams; `rebuild` does the same at any time. */
async function* addDerived({ mongo, trackSource }: MigrationContext): AsyncGenerator<number> {
  const lacking: Filter<Activity> = {
    derived: { $exists: false },
    'sync.streams.state': 'stored',
    start_date: { $type: 'date' },
  };
  for await (const activities of batchesOf(mongo, lacking)) {
    for (const { _id } of activities) {
      const activity = { id: toNumber(_id), trackSource };
      const rebuilt = await rebuildActivity(mongo, collectionsOf(mongo.db), activity);
      yield rebuilt === 'rebuilt' ? 1 : 0;
    }
  }
}

/** By the version that they start from. */
export const migrationSteps: ReadonlyMap<number, MigrationStep> = new Map([
  [1, addDetailTraces],
  [2, addDerived],
]);
