/**
 * Whether two tracks follow the same route: most of each lies close to the other, in the same order of
 * travel. Points at equal distances of the one are looked for on the lines of the other, which is the
 * free space of the Fréchet distance (Alt and Godau, 1995,
 * https://doi.org/10.1142/S0218195995000064), and the longest sequence of them that never goes back is
 * counted, as in the longest common subsequence of trajectories (Vlachos and others, 2002,
 * https://doi.org/10.1109/ICDE.2002.994784). So a detour costs its share and no more.
 */
import { valueAt } from '../derived/value-at.ts';
import type { Path } from './path.ts';
import { apart, countSamples, everySample, vertexAt } from './path.ts';

/** The share of the points of each track that the other has to pass. */
const minSharedPart = 0.85;
export const toleranceMeters = 50;
/** The starts of one route are no further apart. */
export const maxStartMeters = 500;
/** Of the shorter to the longer track; noise makes a track longer. */
export const minLengthRatio = 0.8;

const minStepMeters = 25;
const maxSamples = 200;

export function isSameRoute(one: Path, other: Path): boolean {
  if (apart(vertexAt(one, 0), vertexAt(other, 0)) > maxStartMeters) return false;
  if (!isAsLong(one.meters, other.meters)) return false;
  const [shorter, longer] = one.meters < other.meters ? [one, other] : [other, one];
  return isFollowed(shorter, longer) && isFollowed(longer, shorter);
}

/** Whether tracks of these lengths, in metres, may follow one route. */
export function isAsLong(one: number, other: number): boolean {
  return Math.min(one, other) >= Math.max(one, other) * minLengthRatio;
}

/** The metres between the points of a path that another has to pass. */
export function comparedMeters(path: Path): number {
  return Math.max(minStepMeters, path.meters / maxSamples);
}

/** How many of a path's points, of so many, a path that follows it may miss. */
export function maxMissedOf(points: number): number {
  return Math.floor(points * (1 - minSharedPart));
}

/** Whether `other` passes enough of the path's points in their order. */
function isFollowed(path: Path, other: Path): boolean {
  const step = comparedMeters(path);
  const points = countSamples(path, step);
  const maxMissed = maxMissedOf(points);
  // The least distance along `other` at which so many of the points so far are passed.
  const ends = new Float64Array(points + 1).fill(Infinity);
  ends[0] = 0;
  const passages = createPassages(other);
  return everySample(path, step, (x, y, z, index) => {
    passages.find(x, y, z);
    for (let passed = index; passed >= Math.max(0, index - maxMissed); passed -= 1) {
      const end = passages.firstFrom(valueAt(ends, passed));
      if (end < valueAt(ends, passed + 1)) ends[passed + 1] = end;
    }
    return valueAt(ends, Math.max(0, index + 1 - maxMissed)) < Infinity;
  });
}

interface Passages {
  /** Finds where the path is close to a point. */
  readonly find: (x: number, y: number, z: number) => void;
  /** The least distance along the path, from `from` on, at which it is close to that point; else Infinity. */
  readonly firstFrom: (from: number) => number;
}

/** Where along a path it is close to one point after the other. */
function createPassages({ x, y, z, along }: Path): Passages {
  const last = along.length - 1;
  // The beginning and the end of each stretch in turn. One array for all points: they are many.
  const stretches = new Float64Array(2 * along.length);
  let used = 0;

  const find = (px: number, py: number, pz: number): void => {
    used = 0;
    for (let index = 0; index < last; index += 1) {
      const fromX = valueAt(x, index) - px;
      const fromY = valueAt(y, index) - py;
      const fromZ = valueAt(z, index) - pz;
      const squared = fromX * fromX + fromY * fromY + fromZ * fromZ;
      const start = valueAt(along, index);
      // No closer before the path has gone as far as the point is off.
      const free = start + Math.sqrt(squared) - toleranceMeters;
      if (valueAt(along, index + 1) < free) {
        while (index + 1 < last && valueAt(along, index + 2) < free) index += 1;
        continue;
      }
      const lineX = valueAt(x, index + 1) - valueAt(x, index);
      const lineY = valueAt(y, index + 1) - valueAt(y, index);
      const lineZ = valueAt(z, index + 1) - valueAt(z, index);
      const lengthSquared = lineX * lineX + lineY * lineY + lineZ * lineZ;
      if (lengthSquared === 0) continue;
      const dot = fromX * lineX + fromY * lineY + fromZ * lineZ;
      const inside = dot * dot - lengthSquared * (squared - toleranceMeters ** 2);
      if (inside < 0) continue;
      const root = Math.sqrt(inside);
      const enters = Math.max(0, (-dot - root) / lengthSquared);
      const leaves = Math.min(1, (root - dot) / lengthSquared);
      if (enters > leaves) continue;
      const length = valueAt(along, index + 1) - start;
      const isContinued = enters === 0 && used > 0 && valueAt(stretches, used - 1) === start;
      if (isContinued) used -= 1;
      else {
        stretches[used] = start + enters * length;
        used += 1;
      }
      stretches[used] = start + leaves * length;
      used += 1;
    }
  };

  const firstFrom = (from: number): number => {
    for (let index = 0; index < used; index += 2) {
      const end = valueAt(stretches, index + 1);
      if (end >= from) return Math.max(from, valueAt(stretches, index));
    }
    return Infinity;
  };
  return { find, firstFrom };
}
