/**
 * Finds the populated place nearest to a point, in a file that `npm run gazetteer` makes of GeoNames' data:
 * the length of a header, the header as JSON, then for each place its latitude and longitude in steps of
 * 0.00001°, the number of its region and the length of its name, and all names. The places stand in rows
 * of half a degree from the South Pole on, each from west to east.
 */
import { earthRadiusMeters, metersBetween, radians } from '../activity/great-circle.ts';
import type { Position } from './track.ts';

/** `activities.derived.place` as stored. */
export interface Place {
  readonly city: string;
  readonly region?: string;
  /** In English. */
  readonly country: string;
  /** ISO 3166-1 alpha-2. */
  readonly country_code: string;
}

/** The header of the file. */
export interface GazetteerHeader {
  readonly source: string;
  readonly count: number;
  /** The code of the country, and the name where there is one. */
  readonly regions: readonly (readonly [string, string?])[];
}

export interface Gazetteer {
  /** Undefined farther than {@link maxPlaceMeters} from all of them, such as at sea. */
  readonly nearest: (point: Position) => Place | undefined;
}

/** A start farther from every place belongs to none. */
export const maxPlaceMeters = 50_000;
/** The steps of a degree. */
export const degreeSteps = 100_000;
/** The rows of a degree. */
const degreeRows = 2;
/** Most starts have a place this near, and few places are. */
const searches = [5_000, maxPlaceMeters] as const;

/** The row of a latitude in degrees. */
export function rowOf(latitude: number): number {
  return Math.floor((latitude + 90) * degreeRows);
}

/** @param file the bytes of the file, from a multiple of four on in their buffer. */
export function createGazetteer(file: Uint8Array): Gazetteer {
  const { buffer } = file;
  const headerLength = new DataView(buffer, file.byteOffset).getUint32(0, true);
  const text = new TextDecoder();
  const header = text.decode(file.subarray(4, 4 + headerLength));
  const { count, regions } = JSON.parse(header) as GazetteerHeader;
  const start = file.byteOffset + 4 + headerLength;
  const latitudes = new Int32Array(buffer, start, count);
  const longitudes = new Int32Array(buffer, start + 4 * count, count);
  const regionIndexes = new Uint16Array(buffer, start + 8 * count, count);
  const nameLengths = new Uint8Array(buffer, start + 10 * count, count);
  const names = file.subarray(start - file.byteOffset + 11 * count);
  const nameEnds = sumsOf(nameLengths);
  const rows = rowStarts(latitudes);
  const countries = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

  function placeAt(index: number): Place {
    const end = nameEnds[index] ?? 0;
    const city = text.decode(names.subarray(end - (nameLengths[index] ?? 0), end));
    const [code = '', region] = regions[regionIndexes[index] ?? 0] ?? [];
    const country = countries.of(code) ?? code;
    return { city, ...(region !== undefined && { region }), country, country_code: code };
  }

  function nearestWithin([longitude, latitude]: Position, maxMeters: number): number | undefined {
    const reach = maxMeters / earthRadiusMeters;
    const cosine = Math.cos(radians(latitude));
    // Around a pole, the circle has every longitude.
    const width =
      Math.sin(reach) < cosine ? (Math.asin(Math.sin(reach) / cosine) * 180) / Math.PI : 180;
    const height = (reach * 180) / Math.PI;
    let best: number | undefined;
    let bestMeters = maxMeters;
    const lastRow = rowOf(Math.min(90, latitude + height));
    for (let row = rowOf(Math.max(-90, latitude - height)); row <= lastRow; row += 1) {
      const [from = 0, to = 0] = [rows[row], rows[row + 1]];
      for (const [west, east] of windowsOf(longitude, width)) {
        let index = firstFrom(longitudes, { from, to }, Math.floor(west * degreeSteps));
        for (; index < to && (longitudes[index] ?? 0) <= east * degreeSteps; index += 1) {
          const [lng = 0, lat = 0] = [longitudes[index], latitudes[index]];
          const meters = metersBetween(latitude, longitude, lat / degreeSteps, lng / degreeSteps);
          if (meters > bestMeters) continue;
          best = index;
          bestMeters = meters;
        }
      }
    }
    return best;
  }

  return {
    nearest: (point) => {
      for (const meters of searches) {
        const index = nearestWithin(point, meters);
        if (index !== undefined) return placeAt(index);
      }
      return undefined;
    },
  };
}

function sumsOf(lengths: Uint8Array): Uint32Array {
  const sums = new Uint32Array(lengths.length);
  let sum = 0;
  for (const [index, length] of lengths.entries()) {
    sum += length;
    sums[index] = sum;
  }
  return sums;
}

/** The first place of each row, and at the end the number of places. */
function rowStarts(latitudes: Int32Array): Uint32Array {
  const starts = new Uint32Array(rowOf(90) + 2).fill(latitudes.length);
  for (let index = latitudes.length - 1; index >= 0; index -= 1) {
    starts[rowOf((latitudes[index] ?? 0) / degreeSteps)] = index;
  }
  for (let row = starts.length - 2; row >= 0; row -= 1) {
    starts[row] = Math.min(starts[row] ?? 0, starts[row + 1] ?? 0);
  }
  return starts;
}

/** The longitudes around one, in two parts across the antimeridian. */
function windowsOf(longitude: number, width: number): readonly (readonly [number, number])[] {
  const [west, east] = [longitude - width, longitude + width];
  if (width >= 180) return [[-180, 180]];
  if (west < -180) {
    return [
      [-180, east],
      [west + 360, 180],
    ];
  }
  if (east > 180) {
    return [
      [west, 180],
      [-180, east - 360],
    ];
  }
  return [[west, east]];
}

/** The first index of a row whose value is not below `least`. */
function firstFrom(
  values: Int32Array,
  { from, to }: { readonly from: number; readonly to: number },
  least: number,
): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
