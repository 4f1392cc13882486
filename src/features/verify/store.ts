/**
 * The store as a comparison with Strava sees it: joins the questions, and makes what is wrong due again.
 * It mends nothing by itself.
 */
import type { Filter } from 'mongodb';
import type { RepairWrite, VerificationStore } from '../../sync/verify/ports.ts';
import { int64 } from '../../mongo/base/bson-value.ts';
import type { ActivityDocument, Collections } from '../../mongo/schema/collections.ts';
import type { Mongo } from '../../mongo/base/connection.ts';
import { orphanStreams, auditActivities } from '../../mongo/streams/stored-activity-audit.ts';
import { comparePage, stillDiffering } from '../../mongo/activities/summary-comparison.ts';
import type { Expiry } from '../../mongo/history/tombstones.ts';

export function createVerificationStore(
  mongo: Mongo,
  collections: Collections,
  expiry: Expiry,
): VerificationStore {
  return {
    comparePage: (page) => comparePage(mongo, collections, page, expiry),
    stillDiffering: (page) => stillDiffering(mongo, collections, page, expiry),
    activities: (athleteId, from) => auditActivities(mongo, collections, athleteId, from),
    orphans: (athleteId) => orphanStreams(mongo, collections, athleteId),
    countWithoutDetails: (athleteId, from) =>
      countWithoutDetails(mongo, collections, athleteId, from),
    forgetFingerprints: (write) => forgetFingerprints(mongo, collections, write),
    resetStreams: (write) => resetStreams(mongo, collections, write),
    removeOrphans: (write) => removeOrphans(mongo, collections, write),
  };
}

async function countWithoutDetails(
  { attempt }: Mongo,
  { activities }: Collections,
  athleteId: number,
  from: Date | undefined,
): Promise<number> {
  const filter: Filter<ActivityDocument> = {
    'sync.athlete_id': int64(athleteId),
    ...(from && { start_date: { $gte: from } }),
    // null is also an activity that was stored before details were kept.
    'sync.details.state': { $in: ['pending', 'parked', null] },
    'sync.details.fetched_at': { $exists: false },
  };
  return attempt(() => activities.countDocuments(filter));
}

/** Those among the activities that no newer lease has written, and those that say nothing of a lease. */
function ours({ activityIds, epoch }: RepairWrite): Filter<ActivityDocument> {
  return { _id: { $in: activityIds.map(int64) }, 'sync.epoch': { $not: { $gt: epoch } } };
}

/**
 * What a page relies on when it takes the place of a document is put in order as well, because a document
 * that was changed by hand may lack it.
 */
async function forgetFingerprints(
  { attempt }: Mongo,
  { activities }: Collections,
  write: RepairWrite,
): Promise<void> {
  if (write.activityIds.length === 0) return;
  const dateOr = (field: string, value: unknown = field) => ({
    $cond: [{ $eq: [{ $type: field }, 'date'] }, value, write.at],
  });
  // A page never takes the place of what was fetched after it.
  const fetchedAt = dateOr('$sync.fetched_at', { $min: ['$sync.fetched_at', write.at] });
  const keys = { $cond: [{ $isArray: '$sync.summary_keys' }, '$sync.summary_keys', []] };
  const order = {
    'sync.fingerprint': '',
    'sync.epoch': write.epoch,
    'sync.summary_keys': keys,
    'sync.fetched_at': fetchedAt,
    start_date: dateOr('$start_date'),
  };
  await attempt(() => activities.updateMany(ours(write), [{ $set: order }]));
}

async function resetStreams(
  { attempt }: Mongo,
  { activities }: Collections,
  write: RepairWrite,
): Promise<void> {
  if (write.activityIds.length === 0) return;
  const pending = { state: 'pending', tries: 0 } as const;
  const update = { $set: { 'sync.streams': pending, 'sync.epoch': write.epoch } };
  await attempt(() => activities.updateMany(ours(write), update));
}

async function removeOrphans(
  { attempt }: Mongo,
  { streams }: Collections,
  { activityIds, epoch }: RepairWrite,
): Promise<void> {
  if (activityIds.length === 0) return;
  await attempt(() =>
    streams.deleteMany({
      activity_id: { $in: activityIds.map(int64) },
      epoch: { $not: { $gt: epoch } },
    }),
  );
}
