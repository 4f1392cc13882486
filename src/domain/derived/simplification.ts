/**
 * A track of few points in the place of one of many, by the rule of Douglas and Peucker: again and
 * again the point furthest off is taken in, until none is a metre off or the points are used up.
 */
import { valueAt } from './curve.ts';
import type { Position } from './track.ts';

/** In degrees, one of each for a position. */
interface Degrees {
  readonly lng: Float64Array;
  readonly lat: Float64Array;
}

/** A stretch of the track between two points that stay, and the point of it that is furthest off. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly furthest: number;
  /** Square metres: the square of how far off that is. */
  readonly offSquared: number;
}

const maxVertices = 1_000;
/** Closer than this two tracks are one; the square of a metre. */
const nearSquared = 1;
/** So that a track of any length takes a moment: fifty candidates for each point that stays. */
const maxCandidates = 50_000;
const metersPerDegree = 111_320;

/** At most 1,000 of the positions, in their order, the first and the last among them. */
export function simplified(positions: readonly Position[]): readonly Position[] {
  const candidates = thinned(positions);
  const degrees = {
    lng: Float64Array.from(candidates, ([lng]) => lng),
    lat: Float64Array.from(candidates, ([, lat]) => lat),
  };
  const last = candidates.length - 1;
  const stretches = [stretchOf(degrees, 0, last)];
  while (stretches.length < maxVertices - 1) {
    const worst = stretches.reduce(worse);
    if (worst.offSquared <= nearSquared) break;
    const before = stretchOf(degrees, worst.from, worst.furthest);
    const behind = stretchOf(degrees, worst.furthest, worst.to);
    stretches.splice(stretches.indexOf(worst), 1, before, behind);
  }
  const stays = new Set([...stretches.map(({ from }) => from), last]);
  return candidates.filter((_, index) => stays.has(index));
}

/** Evenly fewer, the last one always among them. */
function thinned(positions: readonly Position[]): readonly Position[] {
  const step = Math.ceil(positions.length / maxCandidates);
  const last = positions.length - 1;
  return step <= 1
    ? positions
    : positions.filter((_, index) => index % step === 0 || index === last);
}

function worse(one: Stretch, other: Stretch): Stretch {
  return other.offSquared > one.offSquared ? other : one;
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
    // Off the stretch itself and not the endless line: there and back again is a turn to keep.
    const share = lengthSquared === 0 ? 0 : (x * east + y * north) / lengthSquared;
    const nearest = Math.min(1, Math.max(0, share));
    const off = (x - nearest * east) ** 2 + (y - nearest * north) ** 2;
    if (off <= offSquared) continue;
    offSquared = off;
    furthest = index;
  }
  return { from, to, furthest, offSquared };
}

/** Across the antimeridian the short way. */
function eastDegrees(from: number, to: number): number {
  const east = to - from;
  return Math.abs(east) > 180 ? east - 360 * Math.sign(east) : east;
}
