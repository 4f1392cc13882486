/** The land of the earth at a small scale, by Natural Earth, as the page's map reads it. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { feature } from 'topojson-client';
import type { Land } from './api/types.ts';

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

function ringsOf(polygon: readonly (readonly (readonly number[])[])[]): number[][] {
  return polygon.map((ring) => ring.flatMap(([lng = 0, lat = 0]) => [round(lng), round(lat)]));
}

function round(degrees: number): number {
  return Math.round(degrees * 100) / 100;
}
