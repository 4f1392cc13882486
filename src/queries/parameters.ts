/**
 * The parameters of the cookbook's questions: how each is written on a command line, what it is in a
 * query, and an example. A text that is not understood is told by `undefined`.
 */
import { Long } from 'mongodb';

export interface Parameter {
  /** What it takes, as the end of a sentence. */
  readonly takes: string;
  /** A text for the documentation; a parameter with `isOptional` has it as its default. */
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

function degreesWithin(most: number): (text: string) => number | undefined {
  return (text) => {
    const value = Number(text);
    return text.trim() !== '' && Math.abs(value) <= most ? value : undefined;
  };
}

/** The years of a local start, as the beginning of its text. */
function yearOf(text: string): RegExp | undefined {
  return /^\d{4}$/.test(text) ? new RegExp(`^${text}-`) : undefined;
}

const sportOf = (text: string): string | undefined => (text === '' ? undefined : text);

/** A ring of longitude and latitude, closed where its last corner is not its first. */
function ringOf(text: string): readonly (readonly number[])[] | undefined {
  const corners = text
    .trim()
    .split(/\s+/)
    .map((corner) => corner.split(',').map(Number));
  const isSound = corners.every(
    ([lng = Number.NaN, lat = Number.NaN, ...rest]) =>
      rest.length === 0 && Math.abs(lng) <= 180 && Math.abs(lat) <= 90,
  );
  const [first = []] = corners;
  const isClosed = first.join() === corners.at(-1)?.join();
  const ring = isClosed ? corners : [...corners, first];
  return isSound && ring.length >= 4 ? ring : undefined;
}

const count = { takes: 'a whole number above 0', isOptional: true, read: wholePositive };
const meters = { takes: 'a number of metres', isOptional: true, read: positive };

export const parameters = {
  athlete: {
    takes: 'the id of an athlete; without it, the only one in the database',
    example: '1001',
    isOptional: false,
    read: idOf,
  },
  activity: {
    takes: 'the id of an activity',
    example: '19000000001',
    isOptional: false,
    read: idOf,
  },
  sport: {
    takes: 'a sport_type of Strava',
    example: 'Run',
    isOptional: true,
    read: sportOf,
  },
  year: {
    takes: 'a year of four digits; without it, this one',
    example: '2026',
    isOptional: false,
    read: yearOf,
  },
  lng: {
    takes: 'a longitude, -180 to 180',
    example: '16.3738',
    isOptional: false,
    read: degreesWithin(180),
  },
  lat: {
    takes: 'a latitude, -90 to 90',
    example: '48.2082',
    isOptional: false,
    read: degreesWithin(90),
  },
  polygon: {
    takes: 'at least three corners, "LNG,LAT LNG,LAT LNG,LAT"',
    example: '16.36,48.20 16.39,48.20 16.39,48.22 16.36,48.22',
    isOptional: false,
    read: ringOf,
  },
  radius: { ...meters, example: '500' },
  meters: { ...meters, example: '5000' },
  unit: {
    takes: 'the metres of one unit: 1000 for kilometres, 1609.344 for miles',
    example: '1000',
    isOptional: true,
    read: positive,
  },
  seconds: { takes: 'a number of seconds', example: '1200', isOptional: true, read: wholePositive },
  days: { ...count, example: '7' },
  limit: { ...count, example: '10' },
} as const satisfies Readonly<Record<string, Parameter>>;

export type ParameterName = keyof typeof parameters;
