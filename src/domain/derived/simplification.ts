/**
 * Simplifies a track by the Douglas-Peucker algorithm: adds the point furthest off until every point is
 * within the tolerance or the maximum of points is reached.
 */
import { valueAt } from './value-at.ts';
import type { Position } from './track.ts';

/** One of each for a position. */
interface Degrees {
  readonly lng: Float64Array;
  readonly lat: Float64Array;
}

/** A stretch between two kept points, and its point that is furthest off. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly furthest: number;
  /** The square of that point's distance from the stretch, in square metres. */
  readonly offSquared: number;
}

export interface SimplificationLimits {
  /** How far off a dropped point may be. */
  readonly toleranceMeters: number;
  readonly maxVertices: number;
}

const precise: SimplificationLimits = { toleranceMeters: 1, maxVertices: 1_000 };
/** Bounds the time for a track of any length. */
const maxCandidates = 50_000;
const metersPerDegree = 111_320;

/** At most so many of the positions, in their order, including the first and the last. */
export function simplified(
  positions: readonly Position[],
  { toleranceMeters, maxVertices }: SimplificationLimits = precise,
): readonly Position[] {
  if (positions.length < 3) return positions;
  const candidates = thinned(positions);
  const degrees = {
    lng: Float64Array.from(candidates, ([lng]) => lng),
    lat: Float64Array.from(candidates, ([, lat]) => lat),
  };
  const last = candidates.length - 1;
  const stretches = [stretchOf(degrees, 0, last)];
  for (;;) {
    const worst = stretches.at(-1);
    if (worst === undefined || worst.offSquared <= toleranceMeters ** 2) break;
    if (stretches.length >= maxVertices - 1) break;
    stretches.pop();
    insert(stretches, stretchOf(degrees, worst.from, worst.furthest));
    insert(stretches, stretchOf(degrees, worst.furthest, worst.to));
  }
  const kept = new Set([...stretches.map(({ from }) => from), last]);
  return candidates.filter((_, index) => kept.has(index));
}

/** Drops positions evenly, but not the last one. */
function thinned(positions: readonly Position[]): readonly Position[] {
  const step = Math.ceil(positions.length / maxCandidates);
  const last = positions.length - 1;
  return step <= 1
    ? positions
    : positions.filter((_, index) => index % step === 0 || index === last);
}

/** Keeps the stretches in the order of {@link Stretch.offSquared}, so that the worst is the last. */
function insert(stretches: Stretch[], stretch: Stretch): void {
  let [from, to] = [0, stretches.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((stretches[middle]?.offSquared ?? 0) < stretch.offSquared) from = middle + 1;
    else to = middle;
  }
  stretches.splice(from, 0, stretch);
}

function stretchOf({ lng, lat }: Degrees, from: number, to: number): Stretch {
  const [startLng, startLat] = [valueAt(lng, from), valueAt(lat, from)];
  const eastScale = metersPerDegree * Math.cos((startLat * Math.PI) / 180);
  const east = eastDegrees(startLng, valueAt(lng, to)) * eastScale;
  const north = (valueAt(lat, to) - startLat) * metersPerDegree;
  const lengthSquared = east * east + north * north;
  let furthest = from;
  let offSquared = 0;
  for (let index = from + 1; index < to; index += 1) {
    const x = eastDegrees(startLng, valueAt(lng, index)) * eastScale;
    const y = (valueAt(lat, index) - startLat) * metersPerDegree;
    // The distance from the stretch, not from the infinite line: it keeps the turn of a way and back.
    const share = lengthSquared === 0 ? 0 : (x * east + y * north) / lengthSquared;
    const nearest = Math.min(1, Math.max(0, share));
    const offEast = x - nearest * east;
    const offNorth = y - nearest * north;
    const off = offEast * offEast + offNorth * offNorth;
    if (off <= offSquared) continue;
    offSquared = off;
    furthest = index;
  }
  return { from, to, furthest, offSquared };
}

/** The short way across the antimeridian. */
function eastDegrees(from: number, to: number): number {
  const east = to - from;
  return Math.abs(east) > 180 ? east - 360 * Math.sign(east) : east;
}
