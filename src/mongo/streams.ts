/**
 * Writes the streams of one activity and what became of them: the parts first, the activity's state
 * last, so that a crash in between leads to asking again and never to a gap taken for complete.
 */
import type { AnyBulkWriteOperation, Document } from 'mongodb';
import { BSON } from 'mongodb';
import { derivedFrom } from '../domain/derived.ts';
import type { TrackSource } from '../domain/recorded-track.ts';
import type { Sample, Streams } from '../domain/streams.ts';
import { partsOf } from '../domain/streams.ts';
import { LeaseLostError } from '../errors.ts';
import type { StreamsFailure, StreamsWrite } from '../sync/ports.ts';
import { int64 } from './bson-value.ts';
import type { Collections, StreamsBookkeeping, StreamsDocument } from './collections.ts';
import type { Mongo } from './connection.ts';
import type { Values } from './derivation.ts';
import { recordedGeometry, recordedTrack, writeDerivation } from './derivation.ts';
import { isDuplicateKey } from './failures.ts';
import { validationFailureOf } from './validators.ts';

/** Half of what MongoDB takes, because values of other types can make a part larger than its share. */
const mostPartBytes = 8_000_000;

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
  mongo: Mongo,
  collections: Collections,
  write: StreamsWrite,
  { streams, trackSource }: StreamsToStore,
): Promise<'stored' | 'parked'> {
  if (!(await isCurrent(mongo, collections, write))) return 'stored';
  try {
    await writeParts(mongo, collections, write, streams);
  } catch (error) {
    const refusal = validationFailureOf(error);
    if (refusal === undefined) throw error;
    await parkRefused(mongo, collections, write, refusal);
    return 'parked';
  }
  const track = recordedTrack(streams, trackSource);
  await setState(mongo, collections, write, {
    streams: {
      state: 'stored',
      tries: 0,
      fetched_at: write.at,
      sample_count: streams.sampleCount,
    },
    besides: { derived: derivedFrom(streams) },
    geometries: track === undefined ? [] : [recordedGeometry(track)],
  });
  return 'stored';
}

const parkedForMs = 24 * 60 * 60 * 1_000;

async function parkRefused(
  mongo: Mongo,
  collections: Collections,
  write: StreamsWrite,
  refusal: string,
): Promise<void> {
  const message = `Not stored: MongoDB refuses them (${refusal}).`;
  const nextTryAt = new Date(write.at.getTime() + parkedForMs);
  await recordFailure(mongo, collections, write, { message, tries: 1, isParked: true, nextTryAt });
}

async function writeParts(
  { attempt }: Mongo,
  { streams: collection }: Collections,
  write: StreamsWrite,
  streams: Streams,
): Promise<void> {
  const { activityId } = write.pending;
  const documents = partDocuments(write, streams);
  const replacements = documents.map((document): AnyBulkWriteOperation<StreamsDocument> => ({
    replaceOne: {
      filter: {
        activity_id: int64(activityId),
        part: document.part,
        epoch: { $lte: write.epoch },
      },
      replacement: document,
      upsert: true,
    },
  }));
  const removal: AnyBulkWriteOperation<StreamsDocument> = {
    deleteMany: {
      filter: {
        activity_id: int64(activityId),
        part: { $gte: documents.length },
        epoch: { $lte: write.epoch },
      },
    },
  };
  try {
    await attempt(() => collection.bulkWrite([...replacements, removal], { ordered: true }));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    // The newer holder's recording may have fewer parts: what this write put beside them belongs to none.
    const ours = { activity_id: int64(activityId), epoch: write.epoch };
    await attempt(() => collection.deleteMany(ours));
    throw leaseLost(activityId, error);
  }
}

/** The last part first: part 0 says how many there are, so it comes when the others are there. */
function partDocuments(write: StreamsWrite, streams: Streams): readonly StreamsDocument[] {
  const whole = partDocument(write, streams, {
    part: 0,
    parts: 1,
    from: 0,
    to: streams.sampleCount,
  });
  const parts = partsOf(streams.sampleCount, BSON.calculateObjectSize(whole), mostPartBytes);
  if (parts.length === 1) return [whole];
  return parts
    .map((part) => partDocument(write, streams, { ...part, parts: parts.length }))
    .reverse();
}

function partDocument(
  { pending, athleteId, at, epoch }: StreamsWrite,
  { sampleCount, arrays }: Streams,
  { part, parts, from, to }: { part: number; parts: number; from: number; to: number },
): StreamsDocument & Document {
  const slice = (samples: readonly Sample[]): readonly Sample[] =>
    parts === 1 ? samples : samples.slice(from, to);
  return {
    activity_id: int64(pending.activityId),
    part,
    parts,
    sample_count: sampleCount,
    athlete_id: int64(athleteId),
    start_date: pending.startAt,
    fetched_at: at,
    epoch,
    ...Object.fromEntries([...arrays].map(([key, samples]) => [key, slice(samples)])),
  };
}

/** Final: the activity has no streams, and earlier ones are gone. */
export async function markWithoutStreams(
  mongo: Mongo,
  collections: Collections,
  write: StreamsWrite,
  reason: string,
): Promise<void> {
  if (!(await isCurrent(mongo, collections, write))) return;
  const { pending, epoch } = write;
  const filter = { activity_id: int64(pending.activityId), epoch: { $lte: epoch } };
  await mongo.attempt(() => collections.streams.deleteMany(filter));
  await setState(mongo, collections, write, {
    streams: { state: 'none', reason, tries: 0, fetched_at: write.at },
    besides: { derived: undefined },
  });
}

export async function postponeStreams(
  mongo: Mongo,
  collections: Collections,
  write: StreamsWrite,
  nextTryAt: Date,
): Promise<void> {
  await setState(mongo, collections, write, {
    streams: { state: 'pending', tries: 0, next_try_at: nextTryAt, ...keptDeadline(write) },
  });
}

function keptDeadline({ pending: { mayComeUntil } }: StreamsWrite): Partial<StreamsBookkeeping> {
  return mayComeUntil === undefined ? {} : { may_come_until: mayComeUntil };
}

export async function recordFailure(
  mongo: Mongo,
  collections: Collections,
  write: StreamsWrite,
  { message, tries, isParked, nextTryAt }: StreamsFailure,
): Promise<void> {
  const state = isParked ? 'parked' : 'pending';
  await setState(mongo, collections, write, {
    streams: { state, tries, error: message, next_try_at: nextTryAt },
  });
}

/**
 * Whether the activity is there and its recording is still the one that was asked for. Looked at before
 * any part is touched, because the parts alone don't show that others were written meanwhile.
 * @throws LeaseLostError when the activity was written under a newer lease.
 */
async function isCurrent(
  { attempt }: Mongo,
  { activities }: Collections,
  { pending, epoch }: StreamsWrite,
): Promise<boolean> {
  const projection = { 'sync.epoch': 1, 'sync.trace': 1 };
  const found = await attempt(() =>
    activities.findOne({ _id: int64(pending.activityId) }, { projection }),
  );
  if (found === null) return false;
  if (found.sync.epoch > epoch) throw leaseLost(pending.activityId);
  return found.sync.trace === pending.trace;
}

interface StateChange {
  readonly streams: StreamsBookkeeping;
  readonly besides?: Values;
  readonly geometries?: readonly Values[];
}

/** Where the recording was changed since it was asked for, its new state (pending) stands. */
async function setState(
  mongo: Mongo,
  collections: Collections,
  write: StreamsWrite,
  { streams, besides, geometries = [] }: StateChange,
): Promise<void> {
  const { pending, epoch } = write;
  const _id = int64(pending.activityId);
  const isFound = await writeDerivation(mongo, collections, {
    filter: { _id, 'sync.epoch': { $lte: epoch }, 'sync.trace': pending.trace },
    values: { 'sync.streams': streams, 'sync.epoch': epoch, ...besides },
    geometries,
  });
  if (!isFound) await isCurrent(mongo, collections, write);
}

function leaseLost(activityId: number, cause?: unknown): LeaseLostError {
  return new LeaseLostError(
    `Another process took over while the streams of activity ${activityId} were being stored.`,
    { cause },
  );
}
