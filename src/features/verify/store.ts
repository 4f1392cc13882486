/**
 * The store of a comparison with Strava: it finds differences, and marks what is wrong as due. It repairs
 * nothing itself.
 */
import type { Filter } from 'mongodb';
import type { RepairWrite, VerificationStore } from '../../sync/verify/ports.ts';
import { isDetailsWanted } from '../../mongo/athletes/details-choice.ts';
import { int64 } from '../../mongo/base/bson-value.ts';
import { ofSports } from '../../mongo/base/sport-filter.ts';
import type { ActivityDocument, Store } from '../../mongo/schema/collections.ts';
import { orphanStreams, auditActivities } from '../../mongo/streams/stored-activity-audit.ts';
import { comparePage, stillDiffering } from '../../mongo/activities/summary-comparison.ts';
import type { Expiry } from '../../mongo/history/tombstones.ts';

export function createVerificationStore(store: Store, expiry: Expiry): VerificationStore {
  return {
    comparePage: (page) => comparePage(store, page, expiry),
    stillDiffering: (page) => stillDiffering(store, page, expiry),
    activities: (athleteId, from) => auditActivities(store, athleteId, from),
    orphans: (athleteId) => orphanStreams(store, athleteId),
    isDetailsWanted: (athleteId, setting) => isDetailsWanted(store, athleteId, setting),
    countWithoutDetails: (athleteId, from, sports) =>
      countWithoutDetails(store, { athleteId, from, sports }),
    forgetFingerprints: (write) => forgetFingerprints(store, write),
    resetStreams: (write) => resetStreams(store, write),
    removeOrphans: (write) => removeOrphans(store, write),
  };
}

async function countWithoutDetails(
  { activities }: Store,
  {
    athleteId,
    from,
    sports,
  }: {
    readonly athleteId: number;
    readonly from: Date | undefined;
    readonly sports: readonly string[] | undefined;
  },
): Promise<number> {
  const filter: Filter<ActivityDocument> = {
    'sync.athlete_id': int64(athleteId),
    ...(from && { start_date: { $gte: from } }),
    ...ofSports(sports),
    // null matches an activity that was stored before details were kept.
    'sync.details.state': { $in: ['pending', 'parked', null] },
    'sync.details.fetched_at': { $exists: false },
  };
  return activities.countDocuments(filter);
}

/** The activities without an epoch, or whose epoch is not newer than this lease's. */
function ours({ activityIds, epoch }: RepairWrite): Filter<ActivityDocument> {
  return { _id: { $in: activityIds.map(int64) }, 'sync.epoch': { $not: { $gt: epoch } } };
}

/**
 * Also restores the fields that replacing a document by a page relies on, because a document that was
 * changed by hand may lack them.
 */
async function forgetFingerprints({ activities }: Store, write: RepairWrite): Promise<void> {
  if (write.activityIds.length === 0) return;
  const dateOr = (field: string, value: unknown = field) => ({
    $cond: [{ $eq: [{ $type: field }, 'date'] }, value, write.at],
  });
  // A page never replaces what was fetched after it.
  const fetchedAt = dateOr('$sync.fetched_at', { $min: ['$sync.fetched_at', write.at] });
  const keys = { $cond: [{ $isArray: '$sync.summary_keys' }, '$sync.summary_keys', []] };
  const order = {
    'sync.fingerprint': '',
    'sync.epoch': write.epoch,
    'sync.summary_keys': keys,
    'sync.fetched_at': fetchedAt,
    start_date: dateOr('$start_date'),
  };
  await activities.updateMany(ours(write), [{ $set: order }]);
}

async function resetStreams({ activities }: Store, write: RepairWrite): Promise<void> {
  if (write.activityIds.length === 0) return;
  const pending = { state: 'pending', tries: 0 } as const;
  const update = { $set: { 'sync.streams': pending, 'sync.epoch': write.epoch } };
  await activities.updateMany(ours(write), update);
}

async function removeOrphans(
  { streams }: Store,
  { activityIds, epoch }: RepairWrite,
): Promise<void> {
  if (activityIds.length === 0) return;
  await streams.deleteMany({
    activity_id: { $in: activityIds.map(int64) },
    epoch: { $not: { $gt: epoch } },
  });
}
