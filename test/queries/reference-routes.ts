/**
 * The expected answers to the questions about routes: each track is compared with each other one, on a plane
 * and without an index.
 */
import { expect } from 'vitest';
import { ObjectId } from 'mongodb';
import type { Truth } from './fixture.ts';
import type { Position } from './reference-places.ts';
import { lineOf, metersTo, plane } from './reference-places.ts';
import type { Answer } from './reference-totals.ts';
import { byKey, latestFirst, numberIn, placed } from './reference-totals.ts';

/** Points at equal distances of a line. */
interface Way {
  readonly meters: number;
  readonly points: readonly Position[];
}

const samples = 60;
const ways = new WeakMap<Truth, Way | undefined>();

function wayOf(one: Truth): Way | undefined {
  if (!ways.has(one)) ways.set(one, measure(lineOf(one)));
  return ways.get(one);
}

function measure(line: readonly Position[]): Way | undefined {
  const along = [0];
  for (const [index, to] of line.entries()) {
    if (index === 0) continue;
    const step = Math.hypot(...plane(line[index - 1] ?? to, to));
    along.push((along.at(-1) ?? 0) + step);
  }
  const meters = along.at(-1) ?? 0;
  if (meters < 500) return undefined;
  const points = Array.from({ length: samples }, (_, index) => {
    const wanted = (meters * index) / (samples - 1);
    const after = Math.max(
      1,
      along.findIndex((each) => each >= wanted - 1e-6),
    );
    const [from = [0, 0], to = from] = [line[after - 1], line[after]] as const;
    const [start = 0, end = 1] = [along[after - 1], along[after]] as const;
    const share = end > start ? (wanted - start) / (end - start) : 0;
    return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])] as const;
  });
  return { meters, points };
}

/** The same way in the same direction: 85 % of the points of each within 50 m of the other. */
function isSameWay(one: Way, other: Way): boolean {
  const ratio = one.meters / other.meters;
  if (ratio < 0.8 || ratio > 1.25) return false;
  return isOn(one, other) && isOn(other, one) && isSameDirection(one, other);
}

function isOn({ points }: Way, other: Way): boolean {
  const passed = points.filter((point) => metersTo(other.points, point) <= 50);
  return passed.length >= 0.85 * points.length;
}

/** The end of each quarter of the way is closer to that of the other than to where it is from the end. */
function isSameDirection(one: Way, other: Way): boolean {
  const offBy = (points: readonly Position[]): number =>
    [0.25, 0.5, 0.75].reduce((sum, share) => {
      const index = Math.round(share * (samples - 1));
      const [from = [0, 0], to = [0, 0]] = [one.points[index], points[index]] as const;
      return sum + Math.hypot(...plane(from, to));
    }, 0);
  return offBy(other.points) < offBy(other.points.toReversed());
}

/** The activities of each route. */
function routesOf(truth: readonly Truth[]): readonly (readonly Truth[])[] {
  const found: Truth[][] = [];
  for (const one of truth) {
    const way = wayOf(one);
    if (way === undefined) continue;
    const route = found.find(([first]) => {
      const other = first && wayOf(first);
      return (
        first?.summary.sport_type === one.summary.sport_type &&
        other !== undefined &&
        isSameWay(way, other)
      );
    });
    if (route === undefined) found.push([one]);
    else route.push(one);
  }
  return found;
}

/** The activities on the same route as one of them, which is among them. */
function onRouteOf(truth: readonly Truth[], one: Truth): readonly Truth[] {
  return routesOf(truth).find((route) => route.some(({ id }) => id === one.id)) ?? [];
}

const timeOf = (one: Truth): number => numberIn(one, 'moving_time');
const bestOf = (route: readonly Truth[]): number => Math.min(...route.map(timeOf));

function median(values: readonly number[]): number {
  const inOrder = values.toSorted((one, other) => one - other);
  const at = (index: number): number => inOrder[Math.floor(index)] ?? 0;
  return (at((values.length - 1) / 2) + at(values.length / 2)) / 2;
}

/** All activities of a route of the fixture have the same name, distance and climbing. */
function shown(route: readonly Truth[]) {
  const [one] = route;
  if (one === undefined) throw new Error('A route has activities.');
  const { name, sport_type, distance } = one.summary;
  return {
    _id: expect.any(ObjectId) as ObjectId,
    ...{ name, sport_type, activities: route.length, distance },
    total_elevation_gain: numberIn(one, 'total_elevation_gain'),
    best_moving_time: bestOf(route),
    usual_moving_time: median(route.map(timeOf)),
  };
}

const startsOf = (route: readonly Truth[]): readonly number[] =>
  route.map(({ summary }) => Date.parse(summary.start_date)).toSorted((one, other) => one - other);
const lastOf = (route: readonly Truth[]): number => startsOf(route).at(-1) ?? 0;

export function mostTravelled(truth: readonly Truth[], limit: number): Answer {
  return byKey(
    routesOf(truth).filter(({ length }) => length > 1),
    ({ length }) => -length,
    (route) => -lastOf(route),
  )
    .slice(0, limit)
    .map((route) => ({
      ...shown(route),
      first_at: new Date(startsOf(route)[0] ?? 0),
      last_at: new Date(lastOf(route)),
    }));
}

export function routesNear(
  truth: readonly Truth[],
  place: Position,
  { radius, limit }: { readonly radius: number; readonly limit: number },
): Answer {
  const near = routesOf(truth).map((route) => {
    const [first = place] = route[0] === undefined ? [] : lineOf(route[0]);
    return { route, away: metersApart(first, place) };
  });
  return byKey(
    near.filter(({ away }) => away <= radius),
    ({ away }) => away,
    ({ route }) => -route.length,
    ({ route }) => -lastOf(route),
  )
    .slice(0, limit)
    .map(({ route, away }) => ({ away, ...shown(route) }));
}

/** By the law of cosines, on MongoDB's globe. */
function metersApart(one: Position, other: Position): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const [south, north, turn] = [radians(one[1]), radians(other[1]), radians(other[0] - one[0])];
  const cosine =
    Math.sin(south) * Math.sin(north) + Math.cos(south) * Math.cos(north) * Math.cos(turn);
  return 6_378_100 * Math.acos(cosine);
}

function timed(route: readonly Truth[]) {
  return (one: Truth) => ({
    ...{ _id: one.id, name: one.summary.name, start_date_local: one.summary.start_date_local },
    ...{ seconds: timeOf(one), behind: timeOf(one) - bestOf(route) },
  });
}

export function routeTimes(truth: readonly Truth[], one: Truth): Answer {
  const route = onRouteOf(truth, one);
  return latestFirst(route).map(timed(route));
}

export function routeFastest(truth: readonly Truth[], one: Truth, limit: number): Answer {
  const route = onRouteOf(truth, one);
  const inOrder = byKey([...route], timeOf, ({ id }) => id).slice(0, limit);
  return inOrder.map((each) => ({ ...timed(route)(each), distance: each.summary.distance }));
}

export function sameRoute(truth: readonly Truth[], one: Truth): Answer {
  return latestFirst(onRouteOf(truth, one).filter(({ id }) => id !== one.id)).map(placed);
}
