/**
 * A grid of some 1.1 km over the globe, by which a database finds the routes that a track may follow. Its
 * rows are 0.01 degrees high, and each has as many columns as its length allows, one at a pole.
 */
import { radians } from '../activity/great-circle.ts';
import type { Path } from './path.ts';
import { apart, countSamples, everySample, latitudeOf, longitudeOf, vertexAt } from './path.ts';
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
  const cells = new Set<number>();
  everySample(path, stepMeters, (x, y, z) => {
    cells.add(cellOf(longitudeOf(x, y), latitudeOf(x, y, z)));
    return true;
  });
  return sorted(cells);
}

/**
 * The cells around each part of a path, those of the part that gets furthest from its start first. No part
 * is so short that a track may miss it, so a route that the path follows passes a cell of each.
 */
export function cellsOfParts(path: Path): readonly (readonly number[])[] {
  const step = comparedMeters(path);
  const samples = countSamples(path, step);
  const count = Math.floor(samples / (maxMissedOf(samples) + 1));
  const start = vertexAt(path, 0);
  const firstOf = (part: number): number => Math.floor((part * samples) / count);
  const parts = Array.from({ length: count }, () => ({ metersOff: 0, cells: new Set<number>() }));
  let at = 0;
  everySample(path, step, (x, y, z, index) => {
    if (index === firstOf(at + 1)) at += 1;
    const part = parts[at];
    if (part === undefined) return false;
    addAround(part.cells, longitudeOf(x, y), latitudeOf(x, y, z));
    part.metersOff = Math.max(part.metersOff, apart(start, [x, y, z]));
    return true;
  });
  return parts
    .toSorted((one, other) => other.metersOff - one.metersOff)
    .map(({ cells }) => sorted(cells));
}

/** Adds the corners of a square around a position: a cell that it touches has one of them. */
function addAround(cells: Set<number>, lng: number, lat: number): void {
  const north = reachMeters / metersPerDegree;
  const east = Math.min(180, north / Math.cos(radians(lat)));
  cells.add(cellOf(lng, lat));
  cells.add(cellOf(lng - east, lat - north));
  cells.add(cellOf(lng + east, lat - north));
  cells.add(cellOf(lng - east, lat + north));
  cells.add(cellOf(lng + east, lat + north));
}

function cellOf(lng: number, lat: number): number {
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

function sorted(cells: ReadonlySet<number>): readonly number[] {
  return [...cells].sort((one, other) => one - other);
}
