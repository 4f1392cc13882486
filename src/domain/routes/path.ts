/**
 * A track as a path in space: its positions in metres from the centre of the Earth. Neither a pole nor the
 * antimeridian is special there.
 */
import { earthRadiusMeters, radians } from '../activity/great-circle.ts';
import { valueAt } from '../derived/value-at.ts';
import type { Position } from '../derived/track.ts';
import { isOnGlobe } from '../derived/track.ts';

export type Vector = readonly [number, number, number];

/** Straight lines between vertices. */
export interface Path {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** The metres from the start to each vertex. */
  readonly along: Float64Array;
  readonly meters: number;
}

/** What is shorter is too short to tell its direction from the noise of GPS. */
export const minRouteMeters = 500;
/** Closer vertices would add the noise of GPS to the length. */
const minVertexMeters = 25;
const maxVertices = 2_000;
/** In the middle of a longer straight line the ground is metres above it. */
const maxStraightMeters = 10_000;

/**
 * The path of a GeoJSON LineString, in which another program may have put anything; undefined where it is no
 * line on the globe, or shorter than {@link minRouteMeters}.
 */
export function pathOf(track: unknown): Path | undefined {
  const positions = positionsOf(track);
  if (positions === undefined) return undefined;
  const vertices = verticesOf(positions);
  const path = pathThrough(
    evened(vertices, Math.max(minVertexMeters, lengthOf(vertices) / maxVertices)),
  );
  return path.meters < minRouteMeters ? undefined : path;
}

function positionsOf(track: unknown): readonly Position[] | undefined {
  const { coordinates } = Object(track) as { readonly coordinates?: unknown };
  if (!Array.isArray(coordinates) || coordinates.length < 2) return undefined;
  return coordinates.every(isPosition) ? coordinates : undefined;
}

function isPosition(value: unknown): value is Position {
  if (!Array.isArray(value)) return false;
  const [lng, lat] = value as readonly unknown[];
  return typeof lng === 'number' && typeof lat === 'number' && isOnGlobe([lng, lat]);
}

/** Three numbers for each vertex: an object for each would cost more than all other work on a track. */
type Vertices = Float64Array;

function verticesOf(positions: readonly Position[]): Vertices {
  const vertices = new Float64Array(positions.length * 3);
  for (const [index, [lng, lat]] of positions.entries()) {
    const [east, north] = [radians(lng), radians(lat)];
    const fromAxis = earthRadiusMeters * Math.cos(north);
    vertices[index * 3] = fromAxis * Math.cos(east);
    vertices[index * 3 + 1] = fromAxis * Math.sin(east);
    vertices[index * 3 + 2] = earthRadiusMeters * Math.sin(north);
  }
  return vertices;
}

/** In degrees, of the place on the globe below or above. */
export function longitudeOf(x: number, y: number): number {
  return (Math.atan2(y, x) * 180) / Math.PI;
}

/** In degrees, of the place on the globe below or above. */
export function latitudeOf(x: number, y: number, z: number): number {
  return (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI;
}

export function apart(one: Vector, other: Vector): number {
  const [x, y, z] = [one[0] - other[0], one[1] - other[1], one[2] - other[2]];
  // Math.hypot takes many times as long.
  return Math.sqrt(x * x + y * y + z * z);
}

/** The metres between two vertices, given the indexes of their first numbers. */
function metersBetween(vertices: Vertices, one: number, other: number): number {
  const x = valueAt(vertices, one) - valueAt(vertices, other);
  const y = valueAt(vertices, one + 1) - valueAt(vertices, other + 1);
  const z = valueAt(vertices, one + 2) - valueAt(vertices, other + 2);
  return Math.sqrt(x * x + y * y + z * z);
}

function lengthOf(vertices: Vertices): number {
  let meters = 0;
  for (let at = 3; at < vertices.length; at += 3) meters += metersBetween(vertices, at - 3, at);
  return meters;
}

/** Without vertices close to the one before, and with some on the ground between those far apart. */
function evened(vertices: Vertices, stepMeters: number): Vertices {
  const kept: number[] = [];
  let last = 0;
  for (let at = 0; at < vertices.length; at += 3) {
    const meters = metersBetween(vertices, last, at);
    const isEnd = at === 0 || at === vertices.length - 3;
    if (meters < stepMeters && !isEnd) continue;
    if (meters > maxStraightMeters) kept.push(...onGround(vertices, last, at, meters));
    kept.push(valueAt(vertices, at), valueAt(vertices, at + 1), valueAt(vertices, at + 2));
    last = at;
  }
  return Float64Array.from(kept);
}

/** The vertices between two that are far apart. */
function onGround(vertices: Vertices, from: number, to: number, meters: number): readonly number[] {
  const parts = Math.ceil(meters / maxStraightMeters);
  return Array.from({ length: parts - 1 }, (_, part) => {
    const vector = between(vectorAt(vertices, from), vectorAt(vertices, to), (part + 1) / parts);
    const scale = earthRadiusMeters / Math.max(1, Math.hypot(...vector));
    return vector.map((value) => value * scale);
  }).flat();
}

function vectorAt(vertices: Vertices, at: number): Vector {
  return [valueAt(vertices, at), valueAt(vertices, at + 1), valueAt(vertices, at + 2)];
}

function between([x, y, z]: Vector, to: Vector, share: number): Vector {
  return [x + (to[0] - x) * share, y + (to[1] - y) * share, z + (to[2] - z) * share];
}

function pathThrough(vertices: Vertices): Path {
  const count = vertices.length / 3;
  const [x, y, z] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  const along = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    const at = index * 3;
    x[index] = valueAt(vertices, at);
    y[index] = valueAt(vertices, at + 1);
    z[index] = valueAt(vertices, at + 2);
    if (index > 0) along[index] = valueAt(along, index - 1) + metersBetween(vertices, at - 3, at);
  }
  return { x, y, z, along, meters: along.at(-1) ?? 0 };
}

export function vertexAt({ x, y, z }: Path, index: number): Vector {
  return [valueAt(x, index), valueAt(y, index), valueAt(z, index)];
}

/** How many samples a path has at so many metres from each to the next. */
export function countSamples(path: Path, stepMeters: number): number {
  return Math.max(1, Math.round(path.meters / stepMeters)) + 1;
}

/**
 * Calls `test` with the points at equal distances, from the start to the end, until it returns false, and
 * returns whether it never did.
 */
export function everySample(
  path: Path,
  stepMeters: number,
  test: (x: number, y: number, z: number, index: number) => boolean,
): boolean {
  const { x, y, z, along } = path;
  const steps = countSamples(path, stepMeters) - 1;
  let vertex = 0;
  for (let step = 0; step <= steps; step += 1) {
    const at = (path.meters * step) / steps;
    while (vertex < along.length - 2 && valueAt(along, vertex + 1) < at) vertex += 1;
    const from = valueAt(along, vertex);
    const length = valueAt(along, vertex + 1) - from;
    const share = length > 0 ? Math.min(1, (at - from) / length) : 0;
    const isWanted = test(
      valueOn(x, vertex, share),
      valueOn(y, vertex, share),
      valueOn(z, vertex, share),
      step,
    );
    if (!isWanted) return false;
  }
  return true;
}

/** On the line from a vertex to the next. */
function valueOn(values: Float64Array, vertex: number, share: number): number {
  const before = valueAt(values, vertex);
  return before + (valueAt(values, vertex + 1) - before) * share;
}
