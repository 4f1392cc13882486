/**
 * Writes the streams of one activity and what became of them: the parts first, the activity's state
 * last, so that a crash in between leads to asking again and never to a gap taken for complete.
 */
import { derivedFrom } from '../../domain/derived/derived.ts';
import type { TrackSource } from '../../domain/derived/recorded-track.ts';
import type { Streams } from '../../domain/activity/streams.ts';
import type { StreamsFailure, StreamsWrite } from '../../sync/ports/ports.ts';
import { int64 } from '../base/bson-value.ts';
import type { Store, StreamsBookkeeping } from '../schema/collections.ts';
import type { Values } from './derivation.ts';
import { recordedGeometry, recordedTrack, writeDerivation } from './derivation.ts';
import { leaseLost, removeParts, writeParts } from './stream-parts.ts';
import { validationFailureOf } from '../base/failures.ts';

/** The streams, and where the activity's track is taken from. */
export interface StreamsToStore {
  readonly streams: Streams;
  readonly trackSource: TrackSource;
}

/**
 * Stores all parts, then marks the activity, with what is derived from them. Doing it again changes
 * nothing; where the recording was changed since it was asked for, nothing is written. What a validator
 * refuses is parked for a day.
 */
export async function storeStreams(
  store: Store,
  write: StreamsWrite,
  { streams, trackSource }: StreamsToStore,
): Promise<'stored' | 'parked'> {
  if (!(await isCurrent(store, write))) return 'stored';
  try {
    await writeParts(store, write, streams);
  } catch (error) {
    const rejection = validationFailureOf(error);
    if (rejection === undefined) throw error;
    await parkRejected(store, write, rejection);
    return 'parked';
  }
  const track = recordedTrack(streams, trackSource);
  const fate = await setState(store, write, {
    streams: {
      state: 'stored',
      tries: 0,
      fetched_at: write.at,
      sample_count: streams.sampleCount,
    },
    besides: { derived: derivedFrom(streams) },
    geometries: track === undefined ? [] : [recordedGeometry(track)],
  });
  if (fate === 'gone') await removeParts(store, write);
  return 'stored';
}

const parkedForMs = 24 * 60 * 60 * 1_000;

async function parkRejected(store: Store, write: StreamsWrite, rejection: string): Promise<void> {
  const message = `Not stored: MongoDB refuses them (${rejection}).`;
  const nextTryAt = new Date(write.at.getTime() + parkedForMs);
  await recordFailure(store, write, { message, tries: 1, isParked: true, nextTryAt });
}

/** Final: the activity has no streams, and earlier ones are gone. */
export async function markWithoutStreams(
  store: Store,
  write: StreamsWrite,
  reason: string,
): Promise<void> {
  if (!(await isCurrent(store, write))) return;
  const { pending, epoch } = write;
  const filter = { activity_id: int64(pending.activityId), epoch: { $lte: epoch } };
  await store.streams.deleteMany(filter);
  await setState(store, write, {
    streams: { state: 'none', reason, tries: 0, fetched_at: write.at },
    besides: { derived: undefined },
  });
}

export async function postponeStreams(
  store: Store,
  write: StreamsWrite,
  nextTryAt: Date,
): Promise<void> {
  await setState(store, write, {
    streams: { state: 'pending', tries: 0, next_try_at: nextTryAt, ...keptDeadline(write) },
  });
}

function keptDeadline({ pending: { mayComeUntil } }: StreamsWrite): Partial<StreamsBookkeeping> {
  return mayComeUntil === undefined ? {} : { may_come_until: mayComeUntil };
}

export async function recordFailure(
  store: Store,
  write: StreamsWrite,
  { message, tries, isParked, nextTryAt }: StreamsFailure,
): Promise<void> {
  const state = isParked ? 'parked' : 'pending';
  await setState(store, write, {
    streams: { state, tries, error: message, next_try_at: nextTryAt },
  });
}

/**
 * Whether the activity is there and its recording is still the one that was asked for. Looked at before
 * any part is touched, because the parts alone don't show that others were written meanwhile.
 * @throws LeaseLostError when the activity was written under a newer lease.
 */
async function isCurrent(store: Store, write: StreamsWrite): Promise<boolean> {
  return (await fateOf(store, write)) === 'current';
}

/** What became of an activity since its streams were asked for. */
type Fate = 'current' | 'changed' | 'gone';

async function fateOf({ activities }: Store, { pending, epoch }: StreamsWrite): Promise<Fate> {
  const projection = { 'sync.epoch': 1, 'sync.recording_hash': 1 };
  const found = await activities.findOne({ _id: int64(pending.activityId) }, { projection });
  if (found === null) return 'gone';
  if (found.sync.epoch > epoch) throw leaseLost(pending.activityId);
  return found.sync.recording_hash === pending.recordingHash ? 'current' : 'changed';
}

interface StateChange {
  readonly streams: StreamsBookkeeping;
  readonly besides?: Values;
  readonly geometries?: readonly Values[];
}

/** Where the recording was changed since it was asked for, its new state (pending) stands. */
async function setState(
  store: Store,
  write: StreamsWrite,
  { streams, besides, geometries = [] }: StateChange,
): Promise<Fate> {
  const { pending, epoch } = write;
  const _id = int64(pending.activityId);
  const isFound = await writeDerivation(store, {
    filter: { _id, 'sync.epoch': { $lte: epoch }, 'sync.recording_hash': pending.recordingHash },
    values: { 'sync.streams': streams, 'sync.epoch': epoch, ...besides },
    geometries,
  });
  return isFound ? 'current' : fateOf(store, write);
}
