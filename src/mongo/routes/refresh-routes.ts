/**
 * Computes the stale routes from their activities again. It can be repeated at any time: a route that was
 * marked meanwhile stays stale, and the next one to call this does it again.
 */
import type { Condition, Document, Long } from 'mongodb';
import { ObjectId } from 'mongodb';
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
  const projection = { ...representativeFields, moving_time: 1, 'derived.route': 1 };
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

/** So many routes are computed together. The tracks of their activities are held at once. */
const refreshedAtOnce = 100;

async function refreshInTurn(store: Store, write: RouteWrite): Promise<void> {
  const filter = { athlete_id: int64(write.athleteId), stale: { $exists: true } };
  const projection = { activity_id: 1, stale: 1 };
  const stale = await store.routes.find(filter, { projection }).toArray();
  for (let from = 0; from < stale.length; from += refreshedAtOnce)
    await refreshAll(store, write, stale.slice(from, from + refreshedAtOnce));
}

async function refreshAll(
  store: Store,
  write: RouteWrite,
  routes: readonly Stale[],
): Promise<void> {
  const byRoute = await representatives(store, write, routes);
  const sums = await sumsOf(store, write, { $in: routes.map(({ _id }) => _id) });
  const changes = routes.map((route) => {
    const { _id, stale } = route;
    // No newer mark, and no newer lease.
    const filter = { _id, stale: stale ?? { $exists: true }, epoch: { $lte: write.epoch } };
    const replacement = refreshed(
      write,
      byRoute.get(_id.toHexString()),
      sums.get(_id.toHexString()),
    );
    return replacement === undefined
      ? { deleteOne: { filter } }
      : { replaceOne: { filter, replacement } };
  });
  await store.routes.bulkWrite(changes, { ordered: false });
}

/** The route from its activities; undefined where it has none left. */
function refreshed(
  { athleteId, epoch }: RouteWrite,
  representative: Travelled | undefined,
  sums: Sums = { count: 0, times: [] },
): Omit<RouteDocument, '_id'> | undefined {
  const path = representative && pathOf(representative.track);
  if (typeof representative?.sport !== 'string' || path === undefined) return undefined;
  return {
    athlete_id: int64(athleteId),
    sport_type: representative.sport,
    ...representedBy(representative, path),
    ...figuresOf(sums),
    epoch,
  };
}

/** What a route says of its activities. */
export function figuresOf({ count, first, last, times }: Sums) {
  return {
    ...timesOf(times),
    count,
    ...(first instanceof Date && { first_at: first }),
    ...(last instanceof Date && { last_at: last }),
  };
}

export interface Sums {
  readonly count: number;
  readonly first?: unknown;
  readonly last?: unknown;
  readonly times: readonly unknown[];
}

/** By route, from the index alone. */
export async function sumsOf(
  { activities }: Store,
  { athleteId }: Pick<RouteWrite, 'athleteId'>,
  members: Condition<ObjectId>,
): Promise<ReadonlyMap<string, Sums>> {
  const sums = await activities
    .aggregate<Sums & { readonly _id: ObjectId }>([
      { $match: { 'sync.athlete_id': int64(athleteId), 'derived.route': members } },
      { $project: { _id: 0, 'derived.route': 1, start_date: 1, moving_time: 1 } },
      {
        $group: {
          _id: '$derived.route',
          count: { $sum: 1 },
          first: { $min: '$start_date' },
          last: { $max: '$start_date' },
          times: { $push: '$moving_time' },
        },
      },
    ])
    .toArray();
  return new Map(sums.map((sum) => [sum._id.toHexString(), sum]));
}

/** What is read of an activity that may represent a route. */
export const representativeFields = {
  ...{ name: 1, sport_type: 1, start_date: 1, track: 1 },
  ...{ distance: 1, total_elevation_gain: 1 },
};

/** By route, the activity that represents it; where that left it, its first one. */
async function representatives(
  { db }: Store,
  { athleteId }: RouteWrite,
  routes: readonly Stale[],
): Promise<ReadonlyMap<string, Travelled>> {
  // Not decoded: what is odd in it otherwise is no matter.
  const activities = db.collection<{ _id: Long }>('activities');
  const ours = { 'sync.athlete_id': int64(athleteId) };
  const named = { ...ours, _id: { $in: routes.map(({ activity_id }) => activity_id) } };
  const projection = { ...representativeFields, 'derived.route': 1 };
  const found = (await activities.find(named, { projection }).toArray()).map(travelledOf);
  const byRoute = new Map<string, Travelled>();
  for (const { _id, activity_id } of routes) {
    const isOn = ({ id, earlier }: Travelled): boolean =>
      id === toNumber(activity_id) && earlier instanceof ObjectId && earlier.equals(_id);
    const earliest = { projection, sort: { start_date: 1 } } as const;
    const one =
      found.find(isOn) ??
      (await activities.findOne({ ...ours, 'derived.route': _id }, earliest).then(travelledIn));
    if (one !== undefined) byRoute.set(_id.toHexString(), one);
  }
  return byRoute;
}

function travelledIn(found: Document | null): Travelled | undefined {
  return found === null ? undefined : travelledOf(found);
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
