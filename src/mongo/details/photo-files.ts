/**
 * What is stored of the photos' files: which activities are due, and what came of them. The files themselves
 * are in a folder, which MongoDB does not know.
 */
import type { PhotoFile } from '../../domain/activity/photo-files.ts';
import { photosIn } from '../../domain/activity/photo-files.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { DueFiles, FilesState, PhotoStore } from '../../sync/ports/photos.ts';
import type { TaskWrite } from '../../sync/ports/tasks.ts';
import { bind } from '../base/bind.ts';
import { isTooLarge } from '../base/bson-limits.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import type { ActivityDocument, Store } from '../schema/collections.ts';
import type { FetchState } from '../schema/fetch-state.ts';
import {
  expiredReason,
  findDue,
  pendingState,
  postponedState,
  stateUpdate,
  storedState,
  unavailableState,
} from '../schema/fetch-state-queries.ts';
import { withPhotoList } from '../schema/activity-parts.ts';
import { updateActivity } from './update-activity.ts';

const readAhead = 8;
const idsAtOnce = 1_000;

export function createPhotoStore(store: Store): PhotoStore {
  return bind(store, { due: duePhotoFiles, store: storePhotoFiles, withoutPhotos });
}

/** Activities without photos come too while there are files of earlier ones. */
async function duePhotoFiles(
  { activities: collection }: Store,
  athleteId: number,
  now: Date,
): Promise<readonly DueFiles[]> {
  const hasAny = ['photo_list.0', 'photo_files.0'].map((key) => ({ [key]: { $exists: true } }));
  const filter = { 'sync.athlete_id': int64(athleteId), ...withPhotoList, $and: [{ $or: hasAny }] };
  const query = { collection, path: 'sync.photo_files', filter, now };
  const found = await findDue(query, {
    ...{ sort: { start_date: -1 }, limit: readAhead },
    keys: ['photo_list', 'photo_files'],
  });
  return found.map(dueOf);
}

function dueOf({ _id, sync, photo_list: list, photo_files = [] }: ActivityDocument): DueFiles {
  const records = Array.isArray(list) ? (list as readonly unknown[]).filter(isJsonObject) : [];
  return {
    activityId: toNumber(_id),
    photos: photosIn(records),
    files: photo_files.map(({ fetched_at, ...file }) => ({ ...file, fetchedAt: fetched_at })),
    tries: sync.photo_files?.tries ?? 0,
    addressesAt: sync.photos?.fetched_at,
    isListOpen: sync.photos?.state !== 'stored',
  };
}

async function storePhotoFiles(
  store: Store,
  { epoch, at }: TaskWrite,
  { activityId, addressesAt }: DueFiles,
  { files, state }: { readonly files: readonly PhotoFile[]; readonly state: FilesState },
): Promise<void> {
  const set = {
    photo_files: files.map(fileDocument),
    'sync.photo_files': stateOf(state, at),
    // Keeps when the stored list was fetched: a retention goes by it.
    ...(state.kind === 'askAgain' && {
      'sync.photos': { ...pendingState, ...(addressesAt && { fetched_at: addressesAt }) },
    }),
    'sync.epoch': epoch,
  };
  const isSameList = { 'sync.photos.fetched_at': addressesAt ?? null };
  const write = { epoch, activityId, condition: isSameList };
  try {
    await updateActivity(store, write, { $set: set });
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    const reason = 'with them the activity is larger than MongoDB stores';
    const update = stateUpdate('sync.photo_files', unavailableState(reason, at), epoch);
    await updateActivity(store, write, update);
  }
}

function fileDocument({ id, path, bytes, address, fetchedAt }: PhotoFile) {
  return { id, path, bytes, address, fetched_at: fetchedAt };
}

function stateOf(state: FilesState, at: Date): FetchState {
  if (state.kind === 'retry') return postponedState(state.retry, state.error);
  if (state.kind === 'gone') return unavailableState(state.reason, at);
  return state.kind === 'stored'
    ? storedState(at)
    : unavailableState('Strava is asked for the addresses again', at);
}

/** Only what a deletion or a retention ended: what another database holds is no reason to remove a file. */
async function withoutPhotos(
  { activities, tombstones }: Store,
  athleteId: number,
  activityIds: readonly number[],
): Promise<readonly number[]> {
  const gone: number[] = [];
  for (let index = 0; index < activityIds.length; index += idsAtOnce) {
    const ids = activityIds.slice(index, index + idsAtOnce).map(int64);
    const dead = await tombstones.distinct('_id', {
      ...{ _id: { $in: ids }, athlete_id: int64(athleteId) },
    });
    const stored = new Set(
      (await activities.distinct('_id', { _id: { $in: dead } })).map(toNumber),
    );
    gone.push(...dead.map(toNumber).filter((id) => !stored.has(id)));
    const reverted = await activities.distinct('_id', {
      ...{ _id: { $in: ids }, 'sync.athlete_id': int64(athleteId) },
      'sync.photos.reason': expiredReason,
      ...{ photo_list: { $exists: false }, photo_files: { $exists: false } },
    });
    gone.push(...reverted.map(toNumber));
  }
  return gone;
}
