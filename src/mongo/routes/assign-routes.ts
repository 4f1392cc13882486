/**
 * Finds the route that a track follows, or founds one. What an activity's write may change is marked as
 * stale before it, so that a write that is cut off leaves a mark and never a wrong route.
 */
import type { Filter } from 'mongodb';
import { ObjectId } from 'mongodb';
import type { Path } from '../../domain/routes/path.ts';
import { pathOf } from '../../domain/routes/path.ts';
import { farCells, routeCells } from '../../domain/routes/route-cells.ts';
import { isSameRoute, minLengthRatio } from '../../domain/routes/same-route.ts';
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

interface Founded {
  readonly document: RouteDocument;
  readonly path: Path;
  readonly members: Travelled[];
}

/** Call it in the athlete's turn, and write the activities in the same turn. */
export async function assignRoutes(
  store: Store,
  write: RouteWrite,
  activities: readonly Travelled[],
): Promise<Assignment> {
  const stale = new ObjectId();
  const routes = new Map<number, ObjectId>();
  const founded: Founded[] = [];
  const inOrder = activities.toSorted(
    (one, other) => +one.startAt - +other.startAt || one.id - other.id,
  );
  for (const activity of inOrder) {
    const path = pathOf(activity.track);
    if (path === undefined || typeof activity.sport !== 'string') continue;
    const { sport } = activity;
    const known = await followedRoute(store, write, { sport, path });
    if (known !== undefined) {
      routes.set(activity.id, known);
      continue;
    }
    const isFollowed = (one: Founded): boolean =>
      one.document.sport_type === sport && isSameRoute(one.path, path);
    const own = founded.find(isFollowed) ?? newRoute(write, { activity, sport, path, stale });
    if (own.members.length === 0) founded.push(own);
    own.members.push(activity);
    routes.set(activity.id, own.document._id);
  }
  if (founded.length > 0) await store.routes.insertMany(founded.map(withTimes));
  const ids = founded.map(({ document }) => document._id);
  const others = [...routes.values(), ...activities.map(({ earlier }) => earlier)]
    .filter((id) => id instanceof ObjectId)
    .filter((id) => !ids.some((own) => own.equals(id)));
  await markStale(store, write, others, stale);
  return { routes, founded: ids, changed: others, stale };
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

/** The oldest route that the path follows. */
async function followedRoute(
  { routes }: Store,
  { athleteId }: RouteWrite,
  { sport, path }: { readonly sport: string; readonly path: Path },
): Promise<ObjectId | undefined> {
  const filter: Filter<RouteDocument> = {
    athlete_id: int64(athleteId),
    sport_type: sport,
    cells: { $in: [...farCells(path)] },
    length: { $gte: path.meters * minLengthRatio, $lte: path.meters / minLengthRatio },
  };
  const projection = { track: 1 };
  const found = await routes.find(filter, { projection }).sort({ _id: 1 }).toArray();
  return found.find(({ track }) => {
    const other = pathOf(track);
    return other !== undefined && isSameRoute(other, path);
  })?._id;
}

function newRoute(
  { athleteId, epoch }: RouteWrite,
  {
    activity,
    sport,
    path,
    stale,
  }: { activity: Travelled; sport: string; path: Path; stale: ObjectId },
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

/** What a route has from the activity whose track stands for all. */
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
