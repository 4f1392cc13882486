/**
 * Removes what the API brought of an activity that an export has too: the summary goes back to the export's,
 * and the API's streams and details go. The export's own stay.
 */
import type { Streams } from '../../domain/activity/streams.ts';
import { activityParts } from '../../domain/sync/activity-parts.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import { partFields } from '../schema/activity-parts.ts';
import type { FetchState } from '../schema/fetch-state.ts';
import { expiredReason } from '../schema/fetch-state-queries.ts';
import type { ActivityDocument, Store } from '../schema/collections.ts';
import type { Values } from '../streams/derivation.ts';
import {
  derivedValues,
  exportedStart,
  exportGeometries,
  noGeometry,
} from '../streams/derivation.ts';
import { writeRoutedDerivation } from '../streams/routed-derivation.ts';
import { findRecording } from '../streams/recordings.ts';
import { leaseLost } from '../streams/stream-parts.ts';
import type { StoredExport } from './exported-summary.ts';
import { summaryValues } from './exported-summary.ts';

type Reverted = Pick<ActivityDocument, '_id' | 'sync'> & { readonly export: StoredExport };

/**
 * Removes the API's parts, then the rest in one step: cut off in between, the activity is pending and as old
 * as it was, and the next sweep does the rest.
 * @throws LeaseLostError when the activity was written under a newer lease.
 */
export async function revertToExport(
  store: Store,
  activity: Reverted,
  epoch: number,
): Promise<void> {
  const { _id, sync } = activity;
  const id = toNumber(_id);
  if (sync.epoch > epoch) throw leaseLost(id);
  const isOfExport = sync.streams.source === 'export';
  if (!isOfExport) await removeStreams(store, activity, epoch);
  const streams = isOfExport ? (await findRecording(store, id))?.streams : undefined;
  const athleteId = toNumber(sync.athlete_id);
  const write = { athleteId, epoch, activityId: id, isRefreshedLater: true };
  const isReverted = await writeRoutedDerivation(store, write, {
    filter: unchanged(activity, epoch),
    values: {
      ...summaryValues(id, activity.export, keysOf(activity)),
      'sync.epoch': epoch,
      'sync.detail_keys': undefined,
      'sync.details': sync.details && withoutRecord(sync.details),
      ...withoutParts(sync),
      'sync.streams': isOfExport ? sync.streams : withoutRecord(sync.streams),
      ...(!isOfExport && derivedValues(undefined)),
      // The API's goes; so does its place, unless the export's recording is there to tell another.
      'derived.local': undefined,
      ...((streams !== undefined || !isOfExport) &&
        exportedStart(streams, activity.export.start_date)),
    },
    geometries: isOfExport ? geometriesOf(activity, streams) : [noGeometry],
  });
  if (!isReverted) throw leaseLost(id);
}

/** The parts' records and states: the records have expired. The photos' files go where nothing names them. */
function withoutParts(sync: Reverted['sync']): Values {
  const gone = activityParts.map((part) => [partFields[part], undefined] as const);
  const states = activityParts.map((part) => {
    const state = sync[part];
    return [`sync.${part}`, state && withoutRecord(state)] as const;
  });
  const files = ['photo_files', 'sync.photo_files'].map((key) => [key, undefined] as const);
  return Object.fromEntries([...gone, ...states, ...files]);
}

/** All fields that the API brought. */
function keysOf({ sync: { summary_keys, detail_keys = [] } }: Reverted): readonly string[] {
  return [...summary_keys, ...detail_keys];
}

function unchanged({ _id, sync }: Reverted, epoch: number) {
  return { _id, 'sync.epoch': { $lte: epoch }, 'sync.fingerprint': sync.fingerprint };
}

async function removeStreams(store: Store, activity: Reverted, epoch: number): Promise<void> {
  const { _id, sync } = activity;
  if (sync.streams.state === 'stored') {
    const set = { 'sync.streams.state': 'pending', 'sync.epoch': epoch } as const;
    const { matchedCount } = await store.activities.updateOne(unchanged(activity, epoch), {
      $set: set,
    });
    if (matchedCount === 0) throw leaseLost(toNumber(_id));
  }
  const activity_id = int64(toNumber(_id));
  await store.streams.deleteMany({ activity_id, epoch: { $lte: epoch } });
}

/** What was fetched has expired, for good; what never came is still due. */
function withoutRecord(state: FetchState): FetchState {
  const wasFetched = state.state !== 'none' && state.fetched_at !== undefined;
  return wasFetched ? { state: 'none', tries: 0, reason: expiredReason } : state;
}

function geometriesOf({ sync }: Reverted, streams: Streams | undefined): readonly Values[] {
  const source = sync.track_source === 'streams' ? 'streams' : 'summary';
  return streams === undefined ? [] : exportGeometries(streams, source);
}
