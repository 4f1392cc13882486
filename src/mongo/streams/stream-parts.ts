/**
 * The parts of one activity's streams: cut so that each fits into a document, written so that a reader
 * never finds part 0 without the others. It knows nothing of the activity's state.
 */
import type { Document, WithoutId } from 'mongodb';
import { BSON, ObjectId } from 'mongodb';
import type { Sample, Streams } from '../../domain/activity/streams.ts';
import { partsOf } from '../../domain/activity/streams.ts';
import { LeaseLostError } from '../../errors.ts';
import type { StreamsTask } from '../../domain/sync/fetch-task.ts';
import type { TaskWrite } from '../../sync/ports/tasks.ts';
import { int64 } from '../base/bson-value.ts';
import type { Store, StreamsDocument } from '../schema/collections.ts';
import { isDuplicateKey } from '../base/failures.ts';

/** Half of what MongoDB takes, because values of other types can make a part larger than its share. */
const maxPartBytes = 8_000_000;
/** A sample in BSON: its type, its index in up to seven digits with their end, and at most a double. */
const maxSampleBytes = 17;

/** Whose recording it is. */
export interface PartsOwner extends Pick<StreamsTask, 'activityId' | 'startAt'> {
  /** Whether there were parts of it just before. */
  readonly hasParts: boolean;
  /** What a recording of an export says of itself. */
  readonly origin?: Pick<StreamsDocument, 'source' | 'computed'>;
}

/**
 * Puts the parts in the place of earlier ones; doing it again changes nothing.
 * @throws LeaseLostError where others were written under a newer lease.
 */
export async function writeParts(
  { streams: collection }: Store,
  write: TaskWrite,
  owner: PartsOwner,
  streams: Streams,
): Promise<void> {
  const { activityId, hasParts } = owner;
  const documents = partDocuments({ ...write, ...owner }, streams);
  if (!hasParts && (await insertFirst(collection, documents))) return;
  const notNewer = { activity_id: int64(activityId), epoch: { $lte: write.epoch } };
  try {
    for (const document of documents) {
      const earlier = { ...notNewer, part: document.part };
      // One at a time and by itself: in a bulk the driver works out once more how large it is.
      await collection.replaceOne(earlier, document, { upsert: true });
    }
    await collection.deleteMany({ ...notNewer, part: { $gte: documents.length } });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    // The newer holder's recording may have fewer parts: what this write put beside them belongs to none.
    const ours = { activity_id: int64(activityId), epoch: write.epoch };
    await collection.deleteMany(ours);
    throw leaseLost(activityId, error);
  }
}

/** Whether there is any part, of whatever write. */
export async function hasPartsOf({ streams }: Store, activityId: number): Promise<boolean> {
  const fromIndex = { projection: { _id: 0, activity_id: 1 } } as const;
  return (await streams.findOne({ activity_id: int64(activityId) }, fromIndex)) !== null;
}

/**
 * Inserts the parts where there was none, which costs MongoDB a third of a replacement. Returns whether it
 * did; another holder's part in between is left to the replacement, which knows whose is newer.
 */
async function insertFirst(
  collection: Store['streams'],
  documents: readonly WithoutId<StreamsDocument>[],
): Promise<boolean> {
  try {
    // A copy, because a replacement must have no `_id`.
    for (const document of documents)
      await collection.insertOne({ _id: new ObjectId(), ...document });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

type PartsWrite = TaskWrite & PartsOwner;

/** The last part first: part 0 says how many there are, so it comes when the others are there. */
function partDocuments(write: PartsWrite, streams: Streams): readonly WithoutId<StreamsDocument>[] {
  const whole = partDocument(write, streams, {
    part: 0,
    parts: 1,
    from: 0,
    to: streams.sampleCount,
  });
  const { sampleCount, arrays } = streams;
  // What fits at its most needs no measuring, which takes as long as writing it.
  if (sampleCount * arrays.size * maxSampleBytes <= maxPartBytes) return [whole];
  const parts = partsOf(sampleCount, BSON.calculateObjectSize(whole), maxPartBytes);
  if (parts.length === 1) return [whole];
  return parts
    .map((part) => partDocument(write, streams, { ...part, parts: parts.length }))
    .reverse();
}

function partDocument(
  { activityId, startAt, origin, athleteId, at, epoch }: PartsWrite,
  { sampleCount, arrays }: Streams,
  { part, parts, from, to }: { part: number; parts: number; from: number; to: number },
): WithoutId<StreamsDocument> & Document {
  const slice = (samples: readonly Sample[]): readonly Sample[] =>
    parts === 1 ? samples : samples.slice(from, to);
  return {
    activity_id: int64(activityId),
    part,
    parts,
    sample_count: sampleCount,
    athlete_id: int64(athleteId),
    start_date: startAt,
    fetched_at: at,
    epoch,
    ...origin,
    ...Object.fromEntries([...arrays].map(([key, samples]) => [key, slice(samples)])),
  };
}

/** Removes what this write made: its activity was removed meanwhile, and nobody would look for the parts. */
export async function removeParts(
  { streams }: Store,
  { epoch, at }: TaskWrite,
  { activityId }: Pick<PartsOwner, 'activityId'>,
): Promise<void> {
  const ours = { activity_id: int64(activityId), epoch, fetched_at: at };
  await streams.deleteMany(ours);
}

/** Another holder wrote meanwhile; this holder's parts are not wanted. */
export function leaseLost(activityId: number, cause?: unknown): LeaseLostError {
  return new LeaseLostError(
    `Another process took over while the streams of activity ${activityId} were being stored.`,
    { cause },
  );
}
