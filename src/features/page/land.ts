/** The land of the earth at a small scale, by Natural Earth, as the page's map reads it. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { feature } from 'topojson-client';
import type { Land } from './api/types/lists.ts';

type Topology = Parameters<typeof feature>[0];

/** Reads the package of the data; an error of the file system where it is not installed whole. */
export async function readLand(): Promise<Land> {
  const file = createRequire(import.meta.url).resolve('world-atlas/land-110m.json');
  const topology = JSON.parse(await readFile(file, 'utf8')) as Topology;
  const { land } = topology.objects;
  if (land === undefined) return [];
  const read = feature(topology, land);
  const features = read.type === 'FeatureCollection' ? read.features : [read];
  return features.flatMap(({ geometry }) =>
    geometry.type === 'MultiPolygon' ? geometry.coordinates.map(ringsOf) : [],
  );
}

type Ring = readonly (readonly number[])[];

function ringsOf([outer = [], ...lakes]: readonly Ring[]): number[][] {
  const shore = unwrapped(outer);
  const west = Math.min(...shore.map(([lng = 0]) => lng));
  const rings = [shore, ...lakes.map((lake) => shifted(unwrapped(lake), west))];
  return rings.map((ring) => ring.flatMap(([lng = 0, lat = 0]) => [round(lng), round(lat)]));
}

/** The ring on the turn of the globe that begins at that longitude. */
function shifted(ring: Ring, west: number): Ring {
  const turns = Math.ceil((west - (ring[0]?.[0] ?? 0)) / 360);
  return ring.map(([lng = 0, lat = 0]) => [lng + turns * 360, lat]);
}

/**
 * The data are for a globe, where a ring may cross the antimeridian. On a flat map it goes on beyond 180
 * degrees; one around a pole is closed along the map's edge.
 */
function unwrapped(ring: Ring): Ring {
  let turn = 0;
  let previous = ring[0]?.[0] ?? 0;
  const flat = ring.map(([lng = 0, lat = 0]) => {
    if (lng - previous > 180) turn -= 360;
    if (lng - previous < -180) turn += 360;
    previous = lng;
    return [lng + turn, lat];
  });
  const [first = 0, lat = 0] = flat[0] ?? [];
  const last = flat.at(-1)?.[0] ?? 0;
  if (Math.abs(last - first) < 180) return flat;
  const pole = lat < 0 ? -90 : 90;
  return [...flat, [last, pole], [first, pole]];
}

function round(degrees: number): number {
  return Math.round(degrees * 100) / 100;
}
