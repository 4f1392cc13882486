/**
 * The parameters of the cookbook's questions: their text on a command line, their value in a query, and
 * an example. `read` returns `undefined` for an invalid text.
 */
import type { Document } from 'mongodb';
import { Long, ObjectId } from 'mongodb';
import { heartrateBounds } from '../domain/athlete-settings.ts';
import { countryCodeOf } from './countries.ts';

export interface Parameter {
  /** The accepted values, as the end of a sentence. */
  readonly takes: string;
  /** For the documentation; also the default of an optional parameter. */
  readonly example: string;
  readonly isOptional: boolean;
  /** The value in a query. */
  readonly read: (text: string) => unknown;
}

function idOf(text: string): Long | undefined {
  return /^\d{1,15}$/.test(text) ? Long.fromString(text) : undefined;
}

function positive(text: string): number | undefined {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) && value > 0 ? value : undefined;
}

function wholePositive(text: string): number | undefined {
  const value = positive(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

function within(min: number, max: number): (text: string) => number | undefined {
  return (text) => {
    const value = Number(text);
    return text.trim() !== '' && value >= min && value <= max ? value : undefined;
  };
}

/** Matches the local starts of a year. */
function yearOf(text: string): Document | undefined {
  if (!/^\d{4}$/.test(text)) return undefined;
  const end = new Date(`${text}-01-01T00:00:00Z`);
  end.setUTCFullYear(end.getUTCFullYear() + 1);
  return { $gte: new Date(`${text}-01-01T00:00:00Z`), $lt: end };
}

const sportOf = (text: string): string | undefined => (text === '' ? undefined : text);

type Ring = readonly (readonly number[])[];

/** The rings of an area: of a GeoJSON polygon, or the one ring of corners. */
function ringsOf(text: string): readonly Ring[] | undefined {
  const given = text.trim().startsWith('{')
    ? geometryRings(text)
    : [
        text
          .trim()
          .split(/\s+/)
          .map((corner) => corner.split(',').map(Number)),
      ];
  const rings = given?.map(closedRing);
  return rings?.every((ring) => ring !== undefined) === true && rings.length > 0
    ? rings
    : undefined;
}

/** Of a Polygon, a Feature of one, or a collection of one such feature (RFC 7946). */
function geometryRings(text: string): readonly Ring[] | undefined {
  let node: unknown;
  try {
    node = JSON.parse(text);
  } catch {
    return undefined;
  }
  for (let depth = 0; depth < 3; depth += 1) {
    const { type, geometry, features, coordinates } = Object(node) as Record<string, unknown>;
    if (type === 'Polygon') return isRings(coordinates) ? coordinates : undefined;
    const isOne = Array.isArray(features) && features.length === 1;
    node = isOne ? (features[0] as unknown) : geometry;
  }
  return undefined;
}

function isRings(value: unknown): value is readonly Ring[] {
  const isListOf = (list: unknown, isMember: (one: unknown) => boolean): boolean =>
    Array.isArray(list) && list.every(isMember);
  const isNumber = (one: unknown): boolean => typeof one === 'number';
  return isListOf(value, (ring) => isListOf(ring, (corner) => isListOf(corner, isNumber)));
}

/** Longitude and latitude of each corner; adds the first corner at the end if it is not there. */
function closedRing(given: Ring): Ring | undefined {
  // A third number of GeoJSON is the altitude.
  const corners = given.map((corner) => corner.slice(0, 2));
  const isSound =
    given.every(({ length }) => length <= 3) &&
    corners.every(
      ([lng = Number.NaN, lat = Number.NaN]) => Math.abs(lng) <= 180 && Math.abs(lat) <= 90,
    );
  const [first = []] = corners;
  const isClosed = first.join() === corners.at(-1)?.join();
  const ring = isClosed ? corners : [...corners, first];
  return isSound && ring.length >= 4 ? ring : undefined;
}

type Read = Parameter['read'];

function heartrate(kind: keyof typeof heartrateBounds, example: string): Parameter {
  const { min, max } = heartrateBounds[kind];
  return optional(
    `a ${kind} heart rate, ${min} to ${max} beats a minute`,
    example,
    within(min, max),
  );
}

function required(takes: string, example: string, read: Read): Parameter {
  return { takes, example, isOptional: false, read };
}

function optional(takes: string, example: string, read: Read): Parameter {
  return { takes, example, isOptional: true, read };
}

const area = '16.36,48.20 16.39,48.20 16.39,48.22 16.36,48.22';

export const parameters = {
  athlete: required('the id of an athlete; without it, the only one in the database', '1001', idOf),
  activity: required('the id of an activity', '19000000001', idOf),
  segment: required('the id of a segment of Strava', '229781', idOf),
  route: required('the id of a route', '665f1c2ab7e8a90012345678', (text) =>
    /^[\da-f]{24}$/i.test(text) ? ObjectId.createFromHexString(text) : undefined,
  ),
  sport: optional('a sport_type of Strava', 'Run', sportOf),
  year: required('a year of four digits; without it, this one', '2026', yearOf),
  country: required('a country, as its code or English name', 'AT', countryCodeOf),
  city: required('the name of a city', 'Vienna', (text) => (text === '' ? undefined : text)),
  lng: required('a longitude, -180 to 180', '16.3738', within(-180, 180)),
  lat: required('a latitude, -90 to 90', '48.2082', within(-90, 90)),
  polygon: required(
    'at least three corners, "LNG,LAT LNG,LAT LNG,LAT", or a GeoJSON polygon as text or in a file',
    area,
    ringsOf,
  ),
  radius: optional('a number of metres', '500', positive),
  meters: optional('a number of metres', '5000', positive),
  unit: optional(
    'the metres of one unit: 1000 for kilometres, 1609.344 for miles',
    '1000',
    positive,
  ),
  percent: optional('a number of per cent', '8', positive),
  seconds: optional('a number of seconds', '1200', wholePositive),
  resting: heartrate('resting', '60'),
  highest: heartrate('highest', '190'),
  sex: optional('male or female', 'male', (text) =>
    text === 'male' || text === 'female' ? text : undefined,
  ),
  days: optional('a whole number above 0', '7', wholePositive),
  limit: optional('a whole number above 0', '10', wholePositive),
} as const satisfies Readonly<Record<string, Parameter>>;

export type ParameterName = keyof typeof parameters;
