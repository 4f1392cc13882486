/**
 * The expected answers to the questions about places, computed on a plane around each place: exact enough
 * for some hundred metres.
 */
import polyline from '@googlemaps/polyline-codec';
import type { Truth } from './fixture.ts';
import { byKey, placed } from './reference-totals.ts';

/** Longitude and latitude. */
export type Position = readonly [number, number];

const latestFirst = (truth: readonly Truth[]): readonly Truth[] =>
  byKey([...truth], ({ summary }) => summary.start_date_local).reverse();

const metersPerDegree = (Math.PI * 6_378_100) / 180;

/** The line of the summary; empty if there is none. */
export function lineOf({ summary }: Truth): readonly Position[] {
  const map = summary['map'] as { readonly summary_polyline?: string | null } | undefined;
  const line = polyline.decode(map?.summary_polyline ?? '', 5);
  const moved = line.filter((point, index) => String(point) !== String(line[index - 1]));
  return moved.length > 1 ? moved.map(([lat, lng]): Position => [lng, lat]) : [];
}

/** Metres to the east and to the north. */
export function plane([lng, lat]: Position, [centerLng, centerLat]: Position): Position {
  const shrink = Math.cos((centerLat * Math.PI) / 180);
  return [(lng - centerLng) * metersPerDegree * shrink, (lat - centerLat) * metersPerDegree];
}

/** From a place to the nearest point of a line, in metres. */
export function metersTo(line: readonly Position[], place: Position): number {
  const points = line.map((point) => plane(point, place));
  return Math.min(
    ...points.slice(1).map((to, index) => {
      const [x, y] = points[index] ?? to;
      const [dx, dy] = [to[0] - x, to[1] - y];
      const share = -(x * dx + y * dy) / (dx * dx + dy * dy || 1);
      const within = Math.min(1, Math.max(0, share));
      return Math.hypot(x + within * dx, y + within * dy);
    }),
  );
}

export function near(truth: readonly Truth[], place: Position, radius: number) {
  const isNear = (one: Truth): boolean => metersTo(lineOf(one), place) <= radius;
  return latestFirst(truth.filter(isNear)).map(placed);
}

/** Through a rectangle of degrees: a corner of the line within, or a side that is crossed. */
export function through(truth: readonly Truth[], [low, high]: readonly [Position, Position]) {
  const isThrough = (line: readonly Position[]): boolean =>
    line.some((to, index) => isCrossing([line[index - 1] ?? to, to], [low, high]));
  return latestFirst(truth.filter((one) => isThrough(lineOf(one)))).map(placed);
}

/** Clips the line at each side in turn; nothing remains of one that does not cross. */
function isCrossing(
  [from, to]: readonly [Position, Position],
  [low, high]: readonly [Position, Position],
): boolean {
  let [start, end] = [0, 1];
  for (const axis of [0, 1] as const) {
    const way = to[axis] - from[axis];
    if (way === 0) {
      if (from[axis] < low[axis] || from[axis] > high[axis]) return false;
      continue;
    }
    const [one, other] = [(low[axis] - from[axis]) / way, (high[axis] - from[axis]) / way];
    start = Math.max(start, Math.min(one, other));
    end = Math.min(end, Math.max(one, other));
  }
  return start <= end;
}
