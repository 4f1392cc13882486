/**
 * Reads activities with their streams, one after the other, so that memory depends on the longest
 * recording and not on how many there are. It writes nothing.
 */
import type { Document } from 'mongodb';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { Recording } from '../../domain/activity/recording.ts';
import type { Sample, Streams } from '../../domain/activity/streams.ts';
import { int64, toNumber, toNumbers } from '../base/bson-value.ts';
import { partFields } from '../schema/activity-parts.ts';
import { ownActivityKeys } from '../schema/definitions/activities.ts';
import type { Store, StreamsDocument, StreamsState } from '../schema/collections.ts';

/** Selects activities; an empty selection means all. */
export interface RecordingQuery {
  readonly athleteId?: number;
  /** The earliest start. */
  readonly since?: Date;
  /** The latest start. */
  readonly until?: Date;
  /** What else has to hold of an activity, as a filter of the collection. */
  readonly where?: Document;
}

/** An activity as it is read here: each int64 as a bigint, because a double would round some. */
interface WideActivity {
  readonly _id: bigint;
  readonly start_date: Date;
  readonly sync: {
    readonly athlete_id: bigint;
    readonly streams: { readonly state: StreamsState };
  };
}

/** What stands beside Strava's record can be longer than it. */
const made = ['track', 'start_point', 'derived', ...Object.values(partFields)];
const wide = {
  useBigInt64: true,
  projection: Object.fromEntries(made.map((key) => [key, 0])),
};
const pageSize = 50;

/** The activities of each athlete, oldest first. What is written meanwhile may be missed. */
export async function* recordings(
  store: Store,
  query: RecordingQuery = {},
): AsyncGenerator<Recording> {
  const { athleteId } = query;
  const athleteIds = athleteId === undefined ? await athletesWithActivities(store) : [athleteId];
  for (const one of athleteIds) {
    for await (const activity of activitiesOf(store, one, query)) {
      yield await recordingFrom(store, activity);
    }
  }
}

/** How many {@link recordings} there are. */
export function countRecordings({ activities }: Store, query: RecordingQuery): Promise<number> {
  const { athleteId, since } = query;
  const ofAthlete = athleteId === undefined ? {} : { 'sync.athlete_id': int64(athleteId) };
  return activities.countDocuments({ ...ofAthlete, ...within(query, since) });
}

/** One activity with its streams; undefined where it is not stored. */
export async function findRecording(
  store: Store,
  activityId: number,
): Promise<Recording | undefined> {
  const activity = await store.activities.findOne<WideActivity>({ _id: int64(activityId) }, wide);
  return activity === null ? undefined : recordingFrom(store, activity);
}

/**
 * Those of the activities that are stored, with the streams of the keys, in two commands for all of them
 * and one for each further part. The caller bounds how long they are together.
 */
export async function findRecordings(
  store: Store,
  activityIds: readonly number[],
  keys: readonly string[],
): Promise<readonly Recording[]> {
  const ids = activityIds.map(int64);
  const activities = await store.activities
    .find<WideActivity>({ _id: { $in: ids } }, wide)
    .toArray();
  const firstParts = await store.streams
    .find({ activity_id: { $in: ids }, part: 0 }, { projection: projectionOf(keys) })
    .toArray();
  const firstById = new Map(firstParts.map((part) => [toNumber(part.activity_id), part]));
  return Promise.all(
    activities.map((activity) =>
      recordingFrom(store, activity, { keys, first: firstById.get(Number(activity._id)) ?? null }),
    ),
  );
}

/** The athletes with stored activities, logged in or not. */
export async function athletesWithActivities({ activities }: Store): Promise<readonly number[]> {
  const ids = await activities.distinct('sync.athlete_id');
  return toNumbers(ids).toSorted((one, other) => one - other);
}

/**
 * Page by page from the start reached, leaving out what had that very start: so the index gives the
 * order, each page can be read again, and a slow reader lets no cursor expire.
 */
async function* activitiesOf(
  { activities }: Store,
  athleteId: number,
  query: RecordingQuery,
): AsyncGenerator<WideActivity> {
  let from = query.since;
  let given: readonly bigint[] = [];
  for (;;) {
    const filter = {
      'sync.athlete_id': int64(athleteId),
      ...within(query, from),
      ...(given.length > 0 && { _id: { $nin: given.map((id) => int64(Number(id))) } }),
    };
    const page = await activities
      .find<WideActivity>(filter, wide)
      .sort({ start_date: 1 })
      .limit(pageSize)
      .toArray();
    yield* page;
    const reached = page.at(-1)?.start_date;
    if (reached === undefined || page.length < pageSize) return;
    const isThen = (at: Date | undefined): boolean => at?.getTime() === reached.getTime();
    const earlier = isThen(from) ? given : [];
    given = [...earlier, ...page.filter((one) => isThen(one.start_date)).map(({ _id }) => _id)];
    from = reached;
  }
}

function within({ until, where }: RecordingQuery, from: Date | undefined) {
  return {
    ...where,
    ...((from ?? until) && {
      start_date: { ...(from && { $gte: from }), ...(until && { $lte: until }) },
    }),
  };
}

/** What of the parts is read. */
interface PartsReading {
  readonly keys?: readonly string[];
  /** Part 0 where it was read before; null where there is none. */
  readonly first?: StreamsDocument | null;
}

async function recordingFrom(
  store: Store,
  activity: WideActivity,
  reading: PartsReading = {},
): Promise<Recording> {
  const { _id, start_date, sync } = activity;
  const { state } = sync.streams;
  const id = Number(_id);
  // Only then all parts are there: a crash may have left some of a recording that is fetched again.
  const streams = state === 'stored' ? await readParts(store, id, reading) : undefined;
  return {
    id,
    athleteId: Number(sync.athlete_id),
    startAt: start_date,
    record: recordOf(activity),
    streamsState: state,
    ...(streams && { streams }),
  };
}

function recordOf(activity: WideActivity): JsonObject {
  const fields = Object.entries(activity).filter(([key]) => !ownActivityKeys.has(key));
  const start_date = activity.start_date.toISOString().replace('.000Z', 'Z');
  return { ...(Object.fromEntries(fields) as Record<string, JsonValue>), start_date };
}

/** All parts in their order; undefined where they do not belong together: they are being replaced. */
async function readParts(
  { streams: collection }: Store,
  activityId: number,
  { keys, first: given }: PartsReading,
): Promise<Streams | undefined> {
  const arrays = new Map<string, Sample[]>();
  const activity_id = int64(activityId);
  const options = keys && { projection: projectionOf(keys) };
  const first =
    given === undefined ? await collection.findOne({ activity_id, part: 0 }, options) : given;
  if (first === null) return undefined;
  addPart(arrays, first);
  for (let part = 1; part < first.parts; part += 1) {
    const next = await collection.findOne({ activity_id, part }, options);
    if (next === null || !isSameWrite(first, next)) return undefined;
    addPart(arrays, next);
  }
  const { sample_count: sampleCount } = first;
  const isWhole = [...arrays.values()].every(({ length }) => length === sampleCount);
  return isWhole ? { sampleCount, arrays } : undefined;
}

/** The streams of the keys, and what says whether the parts belong together. */
function projectionOf(keys: readonly string[]): Readonly<Record<string, 1>> {
  const fields = ['activity_id', 'parts', 'sample_count', 'epoch', 'fetched_at', ...keys];
  return Object.fromEntries(fields.map((key) => [key, 1]));
}

function isSameWrite(one: StreamsDocument, other: StreamsDocument): boolean {
  return (
    one.parts === other.parts &&
    one.epoch === other.epoch &&
    one.fetched_at.getTime() === other.fetched_at.getTime()
  );
}

function addPart(arrays: Map<string, Sample[]>, document: StreamsDocument): void {
  for (const [key, value] of Object.entries(document) as [string, unknown][]) {
    if (key === 'computed' || !Array.isArray(value)) continue;
    const samples = value as Sample[];
    const earlier = arrays.get(key);
    if (earlier === undefined) arrays.set(key, samples);
    // One by one: so many arguments at once would not fit on the stack.
    else for (const sample of samples) earlier.push(sample);
  }
}
