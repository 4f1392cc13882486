/**
 * Matches tracks with routes as the database does for one track, for all tracks of an athlete: it keeps of each
 * route what tells whether a track may follow it, and the paths of some.
 */
import type { Path, Vector } from './path.ts';
import { apart, vertexAt } from './path.ts';
import { cellsOfParts, routeCells } from './route-cells.ts';
import { isAsLong, isSameRoute, maxStartMeters } from './same-route.ts';

/** 32 bytes each. */
const maxKeptVertices = 500_000;

export interface RouteMatcher<Id> {
  /** Adds a route, younger than all before it. */
  readonly add: (id: Id, sport: string, path: Path) => void;
  /** The oldest route that the path follows. */
  readonly followed: (sport: string, path: Path) => Promise<Id | undefined>;
}

interface Known<Id> {
  readonly id: Id;
  readonly start: Vector;
  readonly meters: number;
}

/** `read` gives the path of a route that was added, where it was not kept. */
export function createRouteMatcher<Id>(
  read: (id: Id) => Promise<Path | undefined>,
  maxVertices = maxKeptVertices,
): RouteMatcher<Id> {
  const routes: Known<Id>[] = [];
  const bySport = new Map<string, Map<number, number[]>>();
  const kept = createKept(maxVertices);

  const pathAt = async (index: number): Promise<Path | undefined> => {
    const route = routes[index];
    const path = kept.get(index) ?? (route && (await read(route.id)));
    if (path !== undefined) kept.put(index, path);
    return path;
  };

  const candidates = (sport: string, path: Path): readonly number[] => {
    const byCell = bySport.get(sport);
    const passing = (cells: readonly number[]): ReadonlySet<number> =>
      new Set(cells.flatMap((cell) => byCell?.get(cell) ?? []));
    const start = vertexAt(path, 0);
    const isNear = (index: number): boolean => {
      const route = routes[index];
      if (route === undefined || apart(start, route.start) > maxStartMeters) return false;
      return isAsLong(route.meters, path.meters);
    };
    const [first = [], ...others] = cellsOfParts(path);
    let found = [...passing(first)].filter(isNear);
    for (const cells of others) {
      if (found.length === 0) return [];
      const there = passing(cells);
      found = found.filter((index) => there.has(index));
    }
    return found.sort((one, other) => one - other);
  };

  return {
    add: (id, sport, path) => {
      const index = routes.push({ id, start: vertexAt(path, 0), meters: path.meters }) - 1;
      const byCell = bySport.get(sport) ?? new Map<number, number[]>();
      bySport.set(sport, byCell);
      for (const cell of routeCells(path)) {
        const there = byCell.get(cell);
        if (there === undefined) byCell.set(cell, [index]);
        else there.push(index);
      }
      kept.put(index, path);
    },
    followed: async (sport, path) => {
      for (const index of candidates(sport, path)) {
        const other = await pathAt(index);
        if (other !== undefined && isSameRoute(other, path)) return routes[index]?.id;
      }
      return undefined;
    },
  };
}

/** Keeps the paths that were used last. */
function createKept(maxVertices: number) {
  const paths = new Map<number, Path>();
  let vertices = 0;
  const drop = (index: number): void => {
    vertices -= paths.get(index)?.along.length ?? 0;
    paths.delete(index);
  };
  return {
    get: (index: number) => paths.get(index),
    put: (index: number, path: Path): void => {
      drop(index);
      paths.set(index, path);
      vertices += path.along.length;
      for (const oldest of paths.keys()) {
        if (vertices <= maxVertices) return;
        drop(oldest);
      }
    },
  };
}
