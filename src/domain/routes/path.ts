/**
 * A track as a path in space: its positions in metres from the centre of the Earth. Neither a pole nor the
 * antimeridian is special there.
 */
import { earthRadiusMeters, radians } from '../activity/great-circle.ts';
import { valueAt } from '../derived/curve.ts';
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
  const vertices = positions.map(vectorOf);
  const step = Math.max(minVertexMeters, lengthOf(vertices) / maxVertices);
  const path = pathThrough(withoutLongLines(thinned(vertices, step)));
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

function vectorOf([lng, lat]: Position): Vector {
  const [east, north] = [radians(lng), radians(lat)];
  const fromAxis = earthRadiusMeters * Math.cos(north);
  return [
    fromAxis * Math.cos(east),
    fromAxis * Math.sin(east),
    earthRadiusMeters * Math.sin(north),
  ];
}

/** The position on the globe below or above. */
export function positionOf([x, y, z]: Vector): Position {
  const degrees = (angle: number): number => (angle * 180) / Math.PI;
  return [degrees(Math.atan2(y, x)), degrees(Math.atan2(z, Math.hypot(x, y)))];
}

export function apart(one: Vector, other: Vector): number {
  const [x, y, z] = [one[0] - other[0], one[1] - other[1], one[2] - other[2]];
  // Math.hypot takes many times as long.
  return Math.sqrt(x * x + y * y + z * z);
}

function lengthOf(vertices: readonly Vector[]): number {
  return vertices.reduce((sum, one, index) => sum + apart(vertices[index - 1] ?? one, one), 0);
}

function thinned(vertices: readonly Vector[], stepMeters: number): readonly Vector[] {
  const kept: Vector[] = [];
  for (const [index, vertex] of vertices.entries()) {
    const last = kept.at(-1);
    const isLast = index === vertices.length - 1;
    if (last === undefined || isLast || apart(last, vertex) >= stepMeters) kept.push(vertex);
  }
  return kept;
}

function withoutLongLines(vertices: readonly Vector[]): readonly Vector[] {
  return vertices.flatMap((to, index) => {
    const from = vertices[index - 1] ?? to;
    const meters = apart(from, to);
    // Nearly all lines are short, and this runs for each.
    if (meters <= maxStraightMeters) return [to];
    const parts = Math.ceil(meters / maxStraightMeters);
    return Array.from({ length: parts }, (_, part) =>
      part === parts - 1 ? to : onGround(between(from, to, (part + 1) / parts)),
    );
  });
}

function onGround(vector: Vector): Vector {
  const scale = earthRadiusMeters / Math.max(1, Math.hypot(...vector));
  return [vector[0] * scale, vector[1] * scale, vector[2] * scale];
}

function between([x, y, z]: Vector, to: Vector, share: number): Vector {
  return [x + (to[0] - x) * share, y + (to[1] - y) * share, z + (to[2] - z) * share];
}

function pathThrough(vertices: readonly Vector[]): Path {
  const along = new Float64Array(vertices.length);
  for (const [index, vertex] of vertices.entries()) {
    const before = vertices[index - 1];
    if (before !== undefined) along[index] = valueAt(along, index - 1) + apart(before, vertex);
  }
  return {
    x: Float64Array.from(vertices, ([x]) => x),
    y: Float64Array.from(vertices, ([, y]) => y),
    z: Float64Array.from(vertices, ([, , z]) => z),
    along,
    meters: along.at(-1) ?? 0,
  };
}

export function vertexAt({ x, y, z }: Path, index: number): Vector {
  return [valueAt(x, index), valueAt(y, index), valueAt(z, index)];
}

/** The vectors at equal distances, from the start to the end. */
export function samplesOf(path: Path, stepMeters: number): readonly Vector[] {
  const steps = Math.max(1, Math.round(path.meters / stepMeters));
  const samples: Vector[] = [];
  let index = 0;
  for (let step = 0; step <= steps; step += 1) {
    const at = (path.meters * step) / steps;
    while (index < path.along.length - 2 && valueAt(path.along, index + 1) < at) index += 1;
    const from = valueAt(path.along, index);
    const length = valueAt(path.along, index + 1) - from;
    const share = length > 0 ? Math.min(1, (at - from) / length) : 0;
    samples.push(between(vertexAt(path, index), vertexAt(path, index + 1), share));
  }
  return samples;
}
