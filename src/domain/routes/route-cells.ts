/**
 * A grid of some 1.1 km over the globe, by which a database finds the routes that a track may follow. Its
 * rows are 0.01 degrees high, and each has as many columns as its length allows, one at a pole.
 */
import { radians } from '../activity/great-circle.ts';
import type { Position } from '../derived/track.ts';
import type { Path, Vector } from './path.ts';
import { apart, positionOf, samplesOf, vertexAt } from './path.ts';
import { comparedMeters, maxMissedOf, toleranceMeters } from './same-route.ts';

const rowDegrees = 0.01;
const rowsOfHemisphere = 9_000;
const columnsAtEquator = 36_000;
const metersPerDegree = 111_320;

/** So close that the grid shows each cell that a track's points are in. */
const stepMeters = 50;
/** At most half a step off the nearest step of a track that passes within the tolerance. */
const reachMeters = toleranceMeters + stepMeters;

/** The cells that a path passes, in ascending order. */
export function routeCells(path: Path): readonly number[] {
  return sorted(samplesOf(path, stepMeters).map((sample) => cellOf(positionOf(sample))));
}

/**
 * The cells around each part of a path, those of the part furthest from its start first. No part is so short
 * that a track may miss it, so a route that the path follows passes a cell of each.
 */
export function cellsOfParts(path: Path): readonly (readonly number[])[] {
  const samples = samplesOf(path, comparedMeters(path));
  const count = Math.floor(samples.length / (maxMissedOf(samples.length) + 1));
  const start = vertexAt(path, 0);
  return Array.from({ length: count }, (_, part) => {
    const [from, to] = [part, part + 1].map((end) => Math.floor((end * samples.length) / count));
    return samples.slice(from, to);
  })
    .toSorted((one, other) => metersOff(start, other) - metersOff(start, one))
    .map((part) => sorted(part.flatMap((sample) => around(positionOf(sample)).map(cellOf))));
}

/** From the start to the middle of a part. */
function metersOff(start: Vector, part: readonly Vector[]): number {
  return apart(start, part[Math.floor(part.length / 2)] ?? start);
}

/** The corners of a square around a position: a cell that it touches has one of them. */
function around([lng, lat]: Position): readonly Position[] {
  const north = reachMeters / metersPerDegree;
  const east = Math.min(180, north / Math.cos(radians(lat)));
  const corners = [-1, 1].flatMap((side) =>
    [-1, 1].map((way): Position => [lng + side * east, lat + way * north]),
  );
  return [[lng, lat], ...corners];
}

function cellOf([lng, lat]: Position): number {
  const row = Math.floor(Math.max(-90, Math.min(90, lat)) / rowDegrees);
  const polewardEdge = Math.min(rowsOfHemisphere, row < 0 ? -row : row + 1);
  const columns = Math.max(
    1,
    Math.floor(columnsAtEquator * Math.cos(radians(polewardEdge * rowDegrees))),
  );
  const turns = (lng + 180) / 360;
  const column = Math.min(columns - 1, Math.floor((turns - Math.floor(turns)) * columns));
  return (row + rowsOfHemisphere) * columnsAtEquator + column;
}

function sorted(cells: readonly number[]): readonly number[] {
  return [...new Set(cells)].sort((one, other) => one - other);
}
