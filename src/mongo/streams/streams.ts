/**
 * Writes the streams of one activity and their state: the parts first, the activity's state
 * last, so that a crash in between leads to fetching them again and never to a gap taken for complete.
 */
import type { Streams } from '../../domain/activity/streams.ts';
import { derivedFrom } from '../../domain/derived/derived.ts';
import type { TrackSource } from '../../domain/derived/recorded-track.ts';
import type { StreamsTask } from '../../domain/sync/fetch-task.ts';
import type { StorageProblem, TaskWrite } from '../../sync/ports/tasks.ts';
import { int64 } from '../base/bson-value.ts';
import { validationFailureOf } from '../base/failures.ts';
import type { FetchState } from '../schema/fetch-state.ts';
import { stateUpdate, storedState } from '../schema/fetch-state-queries.ts';
import type { Store, StreamsBookkeeping } from '../schema/collections.ts';
import type { Values } from './derivation.ts';
import { derivedValues, recordedGeometry, recordedTrack, writeDerivation } from './derivation.ts';
import { writeRoutedDerivation } from './routed-derivation.ts';
import { leaseLost, removeParts, writeParts } from './stream-parts.ts';

/**
 * Stores all parts, then marks the activity, with what is derived from them. Doing it again changes
 * nothing; where the recording was changed since it was requested, nothing is written.
 * @throws LeaseLostError when the activity was written under a newer lease.
 */
export async function storeStreams(
  store: Store & { readonly trackSource: TrackSource },
  write: TaskWrite,
  task: StreamsTask,
  streams: Streams,
): Promise<StorageProblem> {
  const { fate: before, hasParts } = await checkActivity(store, write, task);
  if (before !== 'current') return undefined;
  try {
    await writeParts(store, write, { ...task, hasParts }, streams);
  } catch (error) {
    const rejection = validationFailureOf(error);
    if (rejection === undefined) throw error;
    return `MongoDB rejects them (${rejection})`;
  }
  const track = recordedTrack(streams, store.trackSource);
  const fate = await update(store, write, task, {
    streams: { ...storedState(write.at), sample_count: streams.sampleCount },
    besides: derivedValues(derivedFrom(streams)),
    geometries: track === undefined ? [] : [recordedGeometry(track)],
  });
  if (fate === 'gone') await removeParts(store, write, task);
  return undefined;
}

/** Writes the state of the streams without storing any; if Strava has none, earlier streams are removed. */
export async function setStreamsState(
  store: Store,
  write: TaskWrite,
  task: StreamsTask,
  state: FetchState,
): Promise<void> {
  const { activityId, mayComeUntil } = task;
  if (state.state !== 'none') {
    const postponed = { ...state, ...(mayComeUntil && { may_come_until: mayComeUntil }) };
    const update = stateUpdate('sync.streams', postponed, write.epoch);
    const { matchedCount } = await store.activities.updateOne(unchanged(write, task), update);
    if (matchedCount === 0) await checkActivity(store, write, task);
    return;
  }
  const { fate } = await checkActivity(store, write, task);
  if (fate !== 'current') return;
  const notNewer = { activity_id: int64(activityId), epoch: { $lte: write.epoch } };
  await store.streams.deleteMany(notNewer);
  await update(store, write, task, { streams: state, besides: derivedValues(undefined) });
}

/** The change of an activity since its streams were requested. */
type Fate = 'current' | 'changed' | 'gone';

interface ActivityCheck {
  readonly fate: Fate;
  /** Whether there are parts, of whatever write. */
  readonly hasParts: boolean;
}

interface Found {
  readonly epoch?: unknown;
  readonly hash?: unknown;
  readonly parts: readonly unknown[];
}

/** In one command, which costs this process less than two. The parts are looked up in their index alone. */
const checkStages = [
  { $project: { epoch: '$sync.epoch', hash: '$sync.recording_hash' } },
  {
    $lookup: {
      from: 'streams',
      localField: '_id',
      foreignField: 'activity_id',
      pipeline: [{ $limit: 1 }, { $project: { _id: 0, activity_id: 1 } }],
      as: 'parts',
    },
  },
];

/**
 * Looked at before any part is touched, because the parts alone don't show that others were written
 * meanwhile.
 * @throws LeaseLostError when the activity was written under a newer lease.
 */
async function checkActivity(
  { activities }: Store,
  { epoch }: TaskWrite,
  { activityId, recordingHash }: StreamsTask,
): Promise<ActivityCheck> {
  const itself = { $match: { _id: int64(activityId) } };
  const [found] = await activities.aggregate<Found>([itself, ...checkStages]).toArray();
  // One that a hand made odd counts as absent.
  if (typeof found?.epoch !== 'number') return { fate: 'gone', hasParts: false };
  if (found.epoch > epoch) throw leaseLost(activityId);
  const fate = found.hash === recordingHash ? 'current' : 'changed';
  return { fate, hasParts: found.parts.length > 0 };
}

interface StateChange {
  readonly streams: StreamsBookkeeping;
  readonly besides?: Values;
  readonly geometries?: readonly Values[];
}

/** Where the recording was changed since it was requested, its new state (pending) stands. */
async function update(
  store: Store,
  write: TaskWrite,
  task: StreamsTask,
  { streams, besides, geometries = [] }: StateChange,
): Promise<Fate> {
  const { activityId } = task;
  const { epoch } = write;
  const derivation = {
    filter: unchanged(write, task),
    values: { 'sync.streams': streams, 'sync.epoch': epoch, ...besides },
    geometries,
  };
  const isFound = await (geometries.length === 0
    ? writeDerivation(store, derivation)
    : writeRoutedDerivation(store, { ...write, activityId }, derivation));
  return isFound ? 'current' : (await checkActivity(store, write, task)).fate;
}

/** The activity, unless its recording was changed or a newer lease has it. */
function unchanged({ epoch }: TaskWrite, { activityId, recordingHash }: StreamsTask) {
  const notNewer = { 'sync.epoch': { $lte: epoch } };
  return { _id: int64(activityId), ...notNewer, 'sync.recording_hash': recordingHash };
}
