/**
 * Computes the stale routes from their activities again. It can be repeated at any time: a route that was
 * marked meanwhile stays stale, and the next one to call this does it again.
 */
import type { Document } from 'mongodb';
import type { Long, ObjectId } from 'mongodb';
import { pathOf } from '../../domain/routes/path.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import type { RouteDocument, Store } from '../schema/collections.ts';
import type { RouteWrite, Travelled } from './assign-routes.ts';
import { assignRoutes, markStale, representedBy, timesOf } from './assign-routes.ts';
import { inTurn } from './turns.ts';

type Stale = Pick<RouteDocument, '_id' | 'activity_id' | 'stale'>;

/** Computes all stale routes of the athlete; one without activities goes. */
export function refreshRoutes(store: Store, write: RouteWrite): Promise<void> {
  return inTurn(store, write.athleteId, () => refreshInTurn(store, write));
}

/**
 * Writes activities together with their routes. `put` gets the route of each, and returns whether it wrote
 * all of them so.
 */
export function writeOnRoutes<T extends { readonly isWhole: boolean }>(
  store: Store,
  write: RouteWrite,
  activities: readonly Travelled[],
  put: (routes: ReadonlyMap<number, ObjectId>) => Promise<T>,
): Promise<T> {
  return inTurn(store, write.athleteId, async () => {
    const { routes, founded, changed, stale } = await assignRoutes(store, write, activities);
    const result = await put(routes);
    if (result.isWhole && founded.length > 0)
      await store.routes.updateMany(
        { _id: { $in: [...founded] }, stale },
        { $unset: { stale: true } },
      );
    const isStale = changed.length > 0 || (founded.length > 0 && !result.isWhole);
    if (isStale) await refreshInTurn(store, write);
    return result;
  });
}

/** A write of one activity. */
export interface SingleWrite extends RouteWrite {
  readonly activityId: number;
  /** Whether the caller computes the stale routes after many writes. */
  readonly isRefreshedLater?: boolean;
}

/**
 * Writes one activity, which may be stored already, together with its route. What of it the route depends on
 * changes to `values`.
 */
export function writeOnRoute<T>(
  store: Store,
  { activityId, isRefreshedLater = false, athleteId, epoch }: SingleWrite,
  values: Readonly<Record<string, unknown>>,
  put: (route: ObjectId | undefined) => Promise<T>,
): Promise<T> {
  const _id = int64(activityId);
  const projection = { ...standing, moving_time: 1, 'derived.route': 1 };
  return inTurn(store, athleteId, async () => {
    // Not decoded: what is odd in it otherwise is no matter.
    const stored = await store.db
      .collection<{ _id: Long }>('activities')
      .findOne({ _id, 'sync.athlete_id': int64(athleteId) }, { projection });
    const travelled = travelledOf({ ...stored, ...values, _id });
    const write = { athleteId, epoch };
    const { routes, founded, changed } = await assignRoutes(store, write, [travelled]);
    const result = await put(routes.get(activityId));
    const isStale = founded.length + changed.length > 0;
    if (isStale && !isRefreshedLater) await refreshInTurn(store, write);
    return result;
  });
}

async function refreshInTurn(store: Store, write: RouteWrite): Promise<void> {
  const filter = { athlete_id: int64(write.athleteId), stale: { $exists: true } };
  const projection = { activity_id: 1, stale: 1 };
  for (const route of await store.routes.find(filter, { projection }).toArray())
    await refreshRoute(store, write, route);
}

async function refreshRoute(store: Store, write: RouteWrite, route: Stale): Promise<void> {
  const { _id, stale } = route;
  // No newer mark, and no newer lease.
  const unchanged = { _id, stale: stale ?? { $exists: true }, epoch: { $lte: write.epoch } };
  const stands = await representative(store, write, route);
  const path = stands && pathOf(stands.track);
  if (stands === undefined || path === undefined) {
    await store.routes.deleteOne(unchanged);
    return;
  }
  const { count, first, last, times } = await sumsOf(store, write, _id);
  await store.routes.replaceOne(unchanged, {
    athlete_id: int64(write.athleteId),
    sport_type: stands.sport,
    ...representedBy(stands, path),
    ...timesOf(times),
    count,
    ...(first instanceof Date && { first_at: first }),
    ...(last instanceof Date && { last_at: last }),
    epoch: write.epoch,
  });
}

interface Sums {
  readonly count: number;
  readonly first?: unknown;
  readonly last?: unknown;
  readonly times: readonly unknown[];
}

/** From the index alone. */
async function sumsOf(
  { activities }: Store,
  { athleteId }: RouteWrite,
  route: ObjectId,
): Promise<Sums> {
  const [sums] = await activities
    .aggregate<Sums>([
      { $match: { 'sync.athlete_id': int64(athleteId), 'derived.route': route } },
      { $project: { _id: 0, start_date: 1, moving_time: 1 } },
      {
        $group: {
          _id: null,
          count: { $sum: 1 },
          first: { $min: '$start_date' },
          last: { $max: '$start_date' },
          times: { $push: '$moving_time' },
        },
      },
    ])
    .toArray();
  return sums ?? { count: 0, times: [] };
}

const standing = {
  ...{ name: 1, sport_type: 1, start_date: 1, track: 1 },
  ...{ distance: 1, total_elevation_gain: 1 },
};

/** The activity that stands for the route; where that left it, its first one. */
async function representative(
  { db }: Store,
  { athleteId }: RouteWrite,
  { _id, activity_id }: Stale,
): Promise<(Travelled & { readonly sport: string }) | undefined> {
  // Not decoded: what is odd in it otherwise is no matter.
  const activities = db.collection('activities');
  const members: Document = { 'sync.athlete_id': int64(athleteId), 'derived.route': _id };
  const found =
    (await activities.findOne({ ...members, _id: activity_id }, { projection: standing })) ??
    (await activities.findOne(members, { projection: standing, sort: { start_date: 1 } }));
  if (found === null || typeof found['sport_type'] !== 'string') return undefined;
  return { ...travelledOf(found), sport: found['sport_type'] };
}

/** Marks the route of an activity that is about to go. */
export async function markRouteOf(
  store: Store,
  { activityId, ...write }: RouteWrite & { readonly activityId: number },
): Promise<void> {
  const filter = { _id: int64(activityId), 'sync.athlete_id': int64(write.athleteId) };
  const found = await store.activities.findOne(filter, { projection: { 'derived.route': 1 } });
  const route = found?.derived?.route;
  if (route !== undefined) await markStale(store, write, [route]);
}

/** A stored activity, for {@link assignRoutes}. */
export function travelledOf(stored: Document): Travelled {
  const { _id, name, sport_type, start_date, track, distance, total_elevation_gain } = stored;
  return {
    id: toNumber(_id as never),
    startAt: start_date instanceof Date ? start_date : new Date(0),
    ...{ name, track, distance, sport: sport_type as unknown },
    climbing: total_elevation_gain as unknown,
    movingTime: stored['moving_time'] as unknown,
    earlier: (Object(stored['derived']) as { readonly route?: unknown }).route,
  };
}
