/**
 * Finds the route that a track follows, or founds one. What an activity's write may change is marked as
 * stale before it, so that a write that is cut off leaves a mark and never a wrong route.
 */
import { ObjectId } from 'mongodb';
import type { Path } from '../../domain/routes/path.ts';
import { pathOf } from '../../domain/routes/path.ts';
import { cellsOfParts, routeCells } from '../../domain/routes/route-cells.ts';
import { isAsLong, isSameRoute, minLengthRatio } from '../../domain/routes/same-route.ts';
import { routeTimes } from '../../domain/routes/usual-time.ts';
import { int64 } from '../base/bson-value.ts';
import type { RouteDocument, Store } from '../schema/collections.ts';

/** The owner of the routes, and the epoch of the athlete's lease. */
export interface RouteWrite {
  readonly athleteId: number;
  readonly epoch: number;
}

/** An activity as it is about to be written. */
export interface Travelled {
  readonly id: number;
  readonly startAt: Date;
  readonly track: unknown;
  readonly sport: unknown;
  readonly name?: unknown;
  readonly distance?: unknown;
  readonly climbing?: unknown;
  readonly movingTime?: unknown;
  /** The route that it has been on. */
  readonly earlier?: unknown;
}

export interface Assignment {
  /** By activity; without one, it is on no route. */
  readonly routes: ReadonlyMap<number, ObjectId>;
  /** The routes that did not exist before, complete once the activities are written. */
  readonly founded: readonly ObjectId[];
  /** The others that the activities are on, or were: they have to be computed again. */
  readonly changed: readonly ObjectId[];
  /** The mark of all of them. */
  readonly stale: ObjectId;
}

/** An activity that can be on a route. */
export interface Matchable {
  readonly activity: Travelled;
  readonly sport: string;
  readonly path: Path;
}

interface Founded {
  readonly document: RouteDocument;
  readonly path: Path;
  readonly members: Travelled[];
}

/** So many activities share one search of routes. */
const searchedAtOnce = 25;
/** So many routes that a search finds are held at once, with their tracks. */
const readAtOnce = 100;

/** Call it in the athlete's turn, and write the activities in the same turn. */
export async function assignRoutes(
  store: Store,
  write: RouteWrite,
  activities: readonly Travelled[],
): Promise<Assignment> {
  const stale = new ObjectId();
  const routes = new Map<number, ObjectId>();
  const founded: Founded[] = [];
  const matchable = byStart(activities).flatMap(matchableOf);
  for (let from = 0; from < matchable.length; from += searchedAtOnce) {
    const some = matchable.slice(from, from + searchedAtOnce);
    const followed = await followedOf(store, write, some);
    for (const one of some) {
      const known = followed.get(one.activity.id);
      if (known !== undefined) {
        routes.set(one.activity.id, known);
        continue;
      }
      const isOwn = ({ document, path }: Founded): boolean =>
        isFollowed({ sport: document.sport_type, meters: path.meters, path: () => path }, one);
      const own = founded.find(isOwn) ?? newRoute(write, one, stale);
      if (own.members.length === 0) founded.push(own);
      own.members.push(one.activity);
      routes.set(one.activity.id, own.document._id);
    }
  }
  if (founded.length > 0) await store.routes.insertMany(founded.map(withTimes));
  const ids = founded.map(({ document }) => document._id);
  const others = [...routes.values(), ...activities.map(({ earlier }) => earlier)]
    .filter((id) => id instanceof ObjectId)
    .filter((id) => !ids.some((own) => own.equals(id)));
  await markStale(store, write, others, stale);
  return { routes, founded: ids, changed: others, stale };
}

function byStart(activities: readonly Travelled[]): readonly Travelled[] {
  return activities.toSorted((one, other) => +one.startAt - +other.startAt || one.id - other.id);
}

/** Nothing where it can be on no route. */
export function matchableOf(activity: Travelled): readonly Matchable[] {
  const { sport, track } = activity;
  const path = pathOf(track);
  return path === undefined || typeof sport !== 'string' ? [] : [{ activity, sport, path }];
}

/** Marks routes as stale before the activities that they are computed from change. */
export async function markStale(
  { routes }: Store,
  { athleteId, epoch }: RouteWrite,
  ids: readonly ObjectId[],
  stale = new ObjectId(),
): Promise<void> {
  if (ids.length === 0) return;
  const ours = { athlete_id: int64(athleteId), epoch: { $lte: epoch } };
  await routes.updateMany({ _id: { $in: [...ids] }, ...ours }, { $set: { stale, epoch } });
}

interface Candidate {
  readonly id: ObjectId;
  readonly sport: string;
  readonly meters: number;
  /** Made when it is first asked for: most are of another length than most activities. */
  readonly path: () => Path | undefined;
}

function isFollowed(route: Omit<Candidate, 'id'>, { sport, path }: Matchable): boolean {
  if (route.sport !== sport || !isAsLong(route.meters, path.meters)) return false;
  const other = route.path();
  return other !== undefined && isSameRoute(other, path);
}

/** The oldest route that each of the activities follows, by the activity's id. */
async function followedOf(
  { db }: Store,
  { athleteId }: RouteWrite,
  activities: readonly Matchable[],
): Promise<ReadonlyMap<number, ObjectId>> {
  const filters = activities.map(({ sport, path }) => ({
    athlete_id: int64(athleteId),
    sport_type: sport,
    $and: cellsOfParts(path).map((cells) => ({ cells: { $in: [...cells] } })),
    length: { $gte: path.meters * minLengthRatio, $lte: path.meters / minLengthRatio },
  }));
  const options = { projection: { track: 1, sport_type: 1, length: 1 }, batchSize: readAtOnce };
  // Not decoded: a route that is odd is followed by none.
  const routes = db.collection<RouteDocument>('routes');
  const found = routes.find({ $or: filters }, options).sort({ _id: 1 });
  const followed = new Map<number, ObjectId>();
  for await (const document of found) {
    const candidate = candidateOf(document);
    for (const one of activities)
      if (!followed.has(one.activity.id) && isFollowed(candidate, one))
        followed.set(one.activity.id, candidate.id);
    if (followed.size === activities.length) break;
  }
  return followed;
}

function candidateOf({ _id, sport_type, length, track }: RouteDocument): Candidate {
  let path: Path | undefined;
  return { id: _id, sport: sport_type, meters: length, path: () => (path ??= pathOf(track)) };
}

function newRoute(
  { athleteId, epoch }: RouteWrite,
  { activity, sport, path }: Matchable,
  stale: ObjectId,
): Founded {
  const document = {
    _id: new ObjectId(),
    athlete_id: int64(athleteId),
    sport_type: sport,
    ...representedBy(activity, path),
    ...{ count: 0, epoch, stale },
  };
  return { document, path, members: [] };
}

/** What a route has from the activity whose track represents all. */
export function representedBy(activity: Travelled, path: Path) {
  const { id, track, name, distance, climbing } = activity;
  const { coordinates } = track as { readonly coordinates: readonly unknown[] };
  return {
    activity_id: int64(id),
    ...(typeof name === 'string' && { name }),
    track,
    start_point: { type: 'Point', coordinates: coordinates[0] },
    length: path.meters,
    ...(isMeasured(distance) && { distance }),
    ...(isMeasured(climbing) && { total_elevation_gain: climbing }),
    cells: routeCells(path),
  };
}

function isMeasured(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value);
}

function withTimes({ document, members }: Founded): RouteDocument {
  const starts = members.map(({ startAt }) => +startAt);
  return {
    ...document,
    ...timesOf(members.map(({ movingTime }) => movingTime)),
    count: members.length,
    first_at: new Date(Math.min(...starts)),
    last_at: new Date(Math.max(...starts)),
  };
}

/** What a route has from its activities' moving times. */
export function timesOf(movingTimes: readonly unknown[]) {
  const { best, usual } = routeTimes(movingTimes);
  return {
    ...(best !== undefined && { best_moving_time: best }),
    ...(usual !== undefined && { usual_moving_time: usual }),
  };
}
