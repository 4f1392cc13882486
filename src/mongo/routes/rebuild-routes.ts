/**
 * Makes all routes of an athlete again from the stored tracks. A route keeps its id while the activity whose
 * track represents it does so again, so that nothing is written where all is as it has to be.
 */
import { isDeepStrictEqual } from 'node:util';
import type { AnyBulkWriteOperation, Document, Long } from 'mongodb';
import { MongoBulkWriteError, ObjectId } from 'mongodb';
import type { Path } from '../../domain/routes/path.ts';
import { pathOf } from '../../domain/routes/path.ts';
import type { RouteMatcher } from '../../domain/routes/route-matcher.ts';
import { createRouteMatcher } from '../../domain/routes/route-matcher.ts';
import { LeaseLostError } from '../../errors.ts';
import { int64, toNumber, toNumbers } from '../base/bson-value.ts';
import { areDuplicateKeys, isPassing } from '../base/failures.ts';
import type { RouteDocument, Store } from '../schema/collections.ts';
import type { Matchable, RouteWrite, Travelled } from './assign-routes.ts';
import { markStale, matchableOf, representedBy } from './assign-routes.ts';
import { refreshRoutes, representativeFields, travelledOf } from './refresh-routes.ts';
import { untrueRoutes } from './untrue-routes.ts';

const activitiesAtOnce = 100;

/** A route, and the activity whose track represents it. */
interface Representative {
  readonly route: ObjectId;
  readonly activityId: number;
}

/** What was done of some activities. */
export interface Rematched {
  readonly activities: number;
  /** How many of them are now on another route, or on none. */
  readonly moved: number;
}

interface Rebuild {
  readonly store: Store;
  readonly write: RouteWrite;
  readonly matcher: RouteMatcher<Representative>;
  /** The routes that are stored, by the activity whose track represents each. */
  readonly known: ReadonlyMap<number, ObjectId>;
  readonly stale: ObjectId;
}

/**
 * Yields what is done after some activities at a time. The caller holds the athlete's lease, and writes nothing
 * else of the athlete meanwhile. After an abort the routes are true, and those of the activities that are left
 * are as before.
 */
export async function* rebuildRoutes(
  store: Store,
  write: RouteWrite,
  signal?: AbortSignal,
): AsyncGenerator<Rematched, void> {
  const known = await knownRoutes(store, write);
  const matcher = createRouteMatcher<Representative>((one) => pathOfRepresentative(store, one));
  const rebuild: Rebuild = { store, write, matcher, known, stale: new ObjectId() };
  const ids = await idsInOrder(store, write, known);
  for (let from = 0; from < ids.length && signal?.aborted !== true; from += activitiesAtOnce)
    yield await rematch(rebuild, ids.slice(from, from + activitiesAtOnce));
  await markStale(store, write, await untrueRoutes(store, write.athleteId));
  await refreshRoutes(store, write);
}

/** Those of the oldest routes first. Not decoded: odd ones are to be replaced. */
async function knownRoutes(
  { db }: Store,
  { athleteId }: RouteWrite,
): Promise<ReadonlyMap<number, ObjectId>> {
  const known = new Map<number, ObjectId>();
  const options = { projection: { activity_id: 1 }, sort: { _id: 1 } } as const;
  const found = db.collection('routes').find({ athlete_id: int64(athleteId) }, options);
  for await (const { _id, activity_id } of found) {
    const [id] = toNumbers([activity_id]);
    if (id !== undefined && !known.has(id)) known.set(id, _id);
  }
  return known;
}

/**
 * First the activities that represent the known routes, the oldest route first: so a track joins the oldest
 * route that it follows, as it did when it was stored. Then all others in the order of their starts.
 */
async function idsInOrder(
  { db }: Store,
  { athleteId }: RouteWrite,
  known: ReadonlyMap<number, ObjectId>,
): Promise<readonly number[]> {
  const options = { projection: { _id: 1, start_date: 1 }, sort: { start_date: 1 } } as const;
  const found = db.collection('activities').find({ 'sync.athlete_id': int64(athleteId) }, options);
  const ids = new Set<number>();
  for await (const { _id } of found) ids.add(toNumber(_id as never));
  const first = [...known.keys()].filter((id) => ids.has(id));
  return [...first, ...[...ids].filter((id) => !known.has(id))];
}

async function rematch(rebuild: Rebuild, ids: readonly number[]): Promise<Rematched> {
  const { store, write, stale } = rebuild;
  const activities = await travelledAmong(store, write, ids);
  const targets = new Map<number, ObjectId>();
  const own: BareRoute[] = [];
  for (const matchable of activities.flatMap(matchableOf)) {
    const { route, founded } = await routeOf(rebuild, matchable);
    targets.set(matchable.activity.id, route);
    if (founded !== undefined) own.push(founded);
  }
  await putRoutes(rebuild, own);
  const moves = activities.filter(({ id, earlier }) => !isSame(earlier, targets.get(id)));
  const touched = moves.flatMap(({ id, earlier }) => [earlier, targets.get(id)]);
  const marked = touched.filter((id) => id instanceof ObjectId);
  await markStale(store, write, marked, stale);

  const moved = await move(rebuild, moves, targets);
  return { activities: ids.length, moved };
}

async function travelledAmong(
  { db }: Store,
  { athleteId }: RouteWrite,
  ids: readonly number[],
): Promise<readonly Travelled[]> {
  // Not decoded: what is odd in it otherwise is no matter.
  const filter = { _id: { $in: ids.map(int64) }, 'sync.athlete_id': int64(athleteId) };
  const projection = { ...representativeFields, 'derived.route': 1 };
  const found = await db
    .collection<{ _id: Long }>('activities')
    .find(filter, { projection })
    .toArray();
  const byId = new Map(found.map(travelledOf).map((activity) => [activity.id, activity]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** A route without what it says of its activities. */
type BareRoute = Omit<RouteDocument, keyof typeof figures>;

const figures = {
  ...{ count: 0, first_at: 0, last_at: 0, best_moving_time: 0, usual_moving_time: 0 },
  ...{ epoch: 0, stale: 0 },
} as const;

/** The oldest route that it follows, or one of its own. */
async function routeOf(
  { write: { athleteId }, matcher, known }: Rebuild,
  { activity, sport, path }: Matchable,
): Promise<{ readonly route: ObjectId; readonly founded?: BareRoute }> {
  const followed = await matcher.followed(sport, path);
  if (followed !== undefined) return { route: followed.route };
  const _id = known.get(activity.id) ?? new ObjectId();
  matcher.add({ route: _id, activityId: activity.id }, sport, path);
  const ours = { _id, athlete_id: int64(athleteId), sport_type: sport };
  return { route: _id, founded: { ...ours, ...representedBy(activity, path) } };
}

/** Writes those that are not stored, or are stored with another track, stale until they are computed. */
async function putRoutes(
  { store, write: { athleteId, epoch }, stale }: Rebuild,
  routes: readonly BareRoute[],
): Promise<void> {
  const athlete_id = int64(athleteId);
  const filter = { _id: { $in: routes.map(({ _id }) => _id) }, athlete_id };
  const stored = await store.routes.find(filter, { projection: figures }).toArray();
  const byId = new Map(stored.map((route) => [route._id.toHexString(), comparable(route)]));
  const differing = routes.filter(
    (route) => !isDeepStrictEqual(byId.get(route._id.toHexString()), comparable(route)),
  );
  const writes = differing.map(({ _id, ...route }) => ({
    replaceOne: {
      filter: { _id, athlete_id, epoch: { $not: { $gt: epoch } } },
      replacement: { ...route, count: 0, epoch, stale },
      upsert: true,
    },
  }));
  if (writes.length === 0) return;
  try {
    await store.routes.bulkWrite(writes, { ordered: false });
  } catch (error) {
    // The filter did not find it, and it is there.
    if (!areDuplicateKeys(error)) throw error;
    const message = `Another process writes the routes of athlete ${athleteId} under a newer lease.`;
    throw new LeaseLostError(message, { cause: error });
  }
}

function comparable({ activity_id, athlete_id, ...route }: BareRoute): Document {
  return { ...route, ids: toNumbers([activity_id, athlete_id]) };
}

/** Returns how many were moved. One whose change MongoDB rejects is left as it is. */
async function move(
  { store, write: { athleteId, epoch } }: Rebuild,
  activities: readonly Travelled[],
  targets: ReadonlyMap<number, ObjectId>,
): Promise<number> {
  if (activities.length === 0) return 0;
  const updates = activities.map(({ id }): AnyBulkWriteOperation => {
    const route = targets.get(id);
    const filter = { _id: int64(id) as never, 'sync.athlete_id': int64(athleteId) };
    const ours = { ...filter, 'sync.epoch': { $not: { $gt: epoch } } };
    const update = route === undefined ? { $unset: routed('') } : { $set: routed(route) };
    return { updateOne: { filter: ours, update } };
  });
  try {
    const written = await store.db.collection('activities').bulkWrite(updates, { ordered: false });
    return written.modifiedCount;
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError) || isPassing(error)) throw error;
    return error.modifiedCount;
  }
}

function routed<T>(value: T) {
  return { 'derived.route': value };
}

function isSame(one: unknown, other: ObjectId | undefined): boolean {
  return one instanceof ObjectId && other !== undefined ? one.equals(other) : one === other;
}

async function pathOfRepresentative(
  { db }: Store,
  { activityId }: Representative,
): Promise<Path | undefined> {
  const activities = db.collection<{ _id: Long; track?: unknown }>('activities');
  const options = { projection: { track: 1 } };
  return pathOf((await activities.findOne({ _id: int64(activityId) }, options))?.track);
}
