/**
 * Computes again, from stored data, what an activity has besides Strava's record: `derived` and the
 * geometry. It sends no request to Strava and needs no lease. It overwrites nothing newer, because it
 * writes only if the activity has not changed since it was read.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Filter } from 'mongodb';
import { ObjectId } from 'mongodb';
import type { Recording } from '../../domain/activity/recording.ts';
import { derivedKeys, derivedVersion } from '../../domain/derived/derived.ts';
import { localTimeIn } from '../../domain/derived/country-time.ts';
import type { TrackSource } from '../../domain/derived/recorded-track.ts';
import type { Point } from '../../domain/derived/track.ts';
import { placeOf } from '../../mongo/activities/gazetteer.ts';
import { int64, toNumber } from '../../mongo/base/bson-value.ts';
import type { ActivityDocument, Store } from '../../mongo/schema/collections.ts';
import { writeDerivation } from '../../mongo/streams/derivation.ts';
import { findRecordings } from '../../mongo/streams/recordings.ts';
import type { MirrorState } from './rebuilt-values.ts';
import { derivationOf, isAsWritten, movesTrack } from './rebuilt-values.ts';

/**
 * The result for one activity. 'incomplete': its streams are incomplete or are being replaced; the values
 * derived from them stay unchanged.
 */
export type Rebuilt = 'rebuilt' | 'unchanged' | 'incomplete' | 'gone';

const idsAtOnce = 500;
/** Activities whose tracks and derived values are held at once, to be compared. */
const statesAtOnce = 40;
/** Recordings that are read together: as many, with as many samples, or a longer one alone. */
const activitiesAtOnce = 4;
const samplesAtOnce = 60_000;
/** A writer that keeps changing the activity meanwhile computes these values itself. */
const maxTries = 5;

/** The ids of all activities, or of those of one athlete, in their order, some hundred at a time. */
export async function* activityIds(
  { activities }: Store,
  athleteId: number | undefined,
): AsyncGenerator<readonly number[]> {
  const ofAthlete = filterOf(athleteId);
  let after: Filter<ActivityDocument> = {};
  for (;;) {
    const found = await activities
      .find({ ...ofAthlete, ...after }, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .limit(idsAtOnce)
      .toArray();
    const ids = found.map(({ _id }) => toNumber(_id));
    if (ids.length > 0) yield ids;
    const last = ids.at(-1);
    if (last === undefined || ids.length < idsAtOnce) return;
    after = { _id: { $gt: int64(last) } };
  }
}

/** How many {@link activityIds} there are about. */
export function countActivities(
  { activities }: Store,
  athleteId: number | undefined,
): Promise<number> {
  return athleteId === undefined
    ? activities.estimatedDocumentCount()
    : activities.countDocuments(filterOf(athleteId));
}

export function countRoutes({ routes }: Store, athleteId: number): Promise<number> {
  return routes.countDocuments({ athlete_id: int64(athleteId) });
}

function filterOf(athleteId: number | undefined): Filter<ActivityDocument> {
  return athleteId === undefined ? {} : { 'sync.athlete_id': int64(athleteId) };
}

/**
 * Those that this version of the computation wrote, by what their documents say: no recording is read. A
 * value that was changed by hand is not noticed.
 */
export async function currentIds(
  { activities }: Store,
  ids: readonly number[],
  trackSource: TrackSource,
): Promise<ReadonlySet<number>> {
  const hasTrack =
    trackSource === 'streams'
      ? [{ 'sync.track_source': 'streams' as const }, { 'derived.cells.0': { $exists: false } }]
      : [
          { track: { $exists: true }, 'sync.track_source': { $exists: false } },
          { 'sync.source': 'export' as const, 'sync.track_source': 'export' as const },
          { 'sync.track_left_out': { $exists: true } },
          { 'map.summary_polyline': { $in: [null, ''] }, 'sync.track_source': { $exists: false } },
        ];
  const filter: Filter<ActivityDocument> = {
    _id: { $in: ids.map(int64) },
    'sync.streams.state': 'stored',
    'derived.version': derivedVersion,
    $and: [
      { $or: hasTrack },
      { $or: [{ 'derived.local': { $exists: true } }, { start_date_local: { $exists: false } }] },
      { $or: [{ start_point: { $exists: true } }, { 'start_latlng.0': { $exists: false } }] },
    ],
  };
  const projection = {
    ...{ start_date: 1, start_point: 1, 'sync.source': 1 },
    ...{ 'derived.place': 1, 'derived.local': 1 },
  };
  const found = await activities.find(filter, { projection }).toArray();
  return new Set(found.filter(hasTrueStart).map(({ _id }) => toNumber(_id)));
}

/** Whether the place is that of the start, and with an export's summary the local start that of the place. */
function hasTrueStart({ start_date, start_point, derived, sync }: ActivityDocument): boolean {
  // By the start, because one far from every place has none.
  const place = placeOf(start_point as Point | undefined);
  if (!isDeepStrictEqual(derived?.place, place)) return false;
  if (sync.source !== 'export') return true;
  return isDeepStrictEqual(derived?.local, localTimeIn(place?.country_code, start_date));
}

/** Yields the results of some activities at a time, in any order: they are read together. Idempotent. */
export async function* rebuildActivities(
  store: Store,
  ids: readonly number[],
  trackSource: TrackSource,
): AsyncGenerator<readonly Rebuilt[], void> {
  for (let from = 0; from < ids.length; from += statesAtOnce)
    yield* rebuildSome(store, ids.slice(from, from + statesAtOnce), trackSource);
}

async function* rebuildSome(
  store: Store,
  ids: readonly number[],
  trackSource: TrackSource,
): AsyncGenerator<readonly Rebuilt[], void> {
  // Before the recordings: the filter of the write detects any later change.
  const states = await findMirrorStates(store, ids);
  if (states.length < ids.length) yield ids.slice(states.length).map(() => 'gone' as const);
  const read = (some: readonly MirrorState[]): Promise<readonly Recording[]> =>
    findRecordings(store, some.map(idOf), derivedKeys);
  for await (const [some, recordings] of oneAhead(readTogether(states), read)) {
    const recordingById = new Map(recordings.map((recording) => [recording.id, recording]));
    yield await Promise.all(
      some.map(async (state) => {
        const recording = recordingById.get(idOf(state));
        const rebuilt = await rebuildOnce(store, state, { recording, trackSource });
        return rebuilt ?? rebuildChanged(store, idOf(state), trackSource);
      }),
    );
  }
}

/** Gives each with its result, while the next one's is already on its way. */
async function* oneAhead<T, R>(
  items: Iterable<T>,
  read: (item: T) => Promise<R>,
): AsyncGenerator<readonly [T, R]> {
  let earlier: { readonly item: T; readonly result: Promise<R> } | undefined;
  for (const item of items) {
    const result = read(item);
    // Where the reading ends before its turn comes, nobody else would catch it.
    result.catch(() => undefined);
    if (earlier !== undefined) yield [earlier.item, await earlier.result];
    earlier = { item, result };
  }
  if (earlier !== undefined) yield [earlier.item, await earlier.result];
}

/** Few enough for their samples to be held at once. */
function* readTogether(states: readonly MirrorState[]): Generator<readonly MirrorState[]> {
  let some: MirrorState[] = [];
  let samples = 0;
  for (const state of states) {
    const more = samplesOf(state);
    if (some.length > 0 && (some.length === activitiesAtOnce || samples + more > samplesAtOnce)) {
      yield some;
      [some, samples] = [[], 0];
    }
    some.push(state);
    samples += more;
  }
  if (some.length > 0) yield some;
}

/** Of an activity that was changed while it was worked out. */
async function rebuildChanged(
  store: Store,
  id: number,
  trackSource: TrackSource,
): Promise<Rebuilt> {
  for (let tries = 2; tries <= maxTries; tries += 1) {
    const [state] = await findMirrorStates(store, [id]);
    if (state === undefined) return 'gone';
    const [recording] = await findRecordings(store, [id], derivedKeys);
    const rebuilt = await rebuildOnce(store, state, { recording, trackSource });
    if (rebuilt !== undefined) return rebuilt;
  }
  return 'incomplete';
}

/** Undefined where the activity was changed since it was read. */
async function rebuildOnce(
  store: Store,
  current: MirrorState,
  { recording, trackSource }: { recording: Recording | undefined; trackSource: TrackSource },
): Promise<Rebuilt | undefined> {
  if (recording === undefined) return 'gone';
  const write = derivationOf(current, recording, trackSource);
  const isWhole = (recording.streamsState === 'stored') === (recording.streams !== undefined);
  if (isAsWritten(current, write)) return isWhole ? 'unchanged' : 'incomplete';
  if (movesTrack(current, write)) await markRoute(store, current);
  const isWritten = await writeDerivation(store, write);
  return isWritten ? (isWhole ? 'rebuilt' : 'incomplete') : undefined;
}

/** Before its activity leaves it. Who holds the athlete's lease computes it again. */
async function markRoute({ routes }: Store, { derived, sync }: MirrorState): Promise<void> {
  const _id: unknown = (Object(derived) as NonNullable<MirrorState['derived']>).route;
  if (!(_id instanceof ObjectId)) return;
  const { athlete_id } = sync;
  await routes.updateOne({ _id, athlete_id }, { $set: { stale: new ObjectId() } });
}

function findMirrorStates({ db }: Store, ids: readonly number[]): Promise<MirrorState[]> {
  // Not decoded: odd derived values are to be replaced, too.
  const activities = db.collection<ActivityDocument>('activities');
  const projection = { derived: 1, track: 1, start_point: 1, sync: 1 };
  return activities.find({ _id: { $in: ids.map(int64) } }, { projection }).toArray();
}

/** How long its recording is, where the document says so. */
function samplesOf({ sync }: MirrorState): number {
  const { streams } = Object(sync) as Partial<ActivityDocument['sync']>;
  const count = streams?.sample_count;
  return typeof count === 'number' ? count : 0;
}

function idOf({ _id }: MirrorState): number {
  return toNumber(_id);
}
