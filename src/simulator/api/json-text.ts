/**
 * Writes JSON as Strava writes it: 64-bit integers exactly, and some whole numbers as floats
 * (`25.0`). `JSON.stringify` can do neither.
 */

/** A value of a record; a `bigint` is written as an exact integer. */
export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

export type JsonRecord = Record<string, JsonValue | undefined>;

const floatKeys: ReadonlySet<string> = new Set([
  'average_cadence',
  'average_grade',
  'average_heartrate',
  'average_speed',
  'average_watts',
  'calories',
  'converted_distance',
  'distance',
  'elev_high',
  'elev_low',
  'elevation_high',
  'elevation_low',
  'kilojoules',
  'max_heartrate',
  'max_speed',
  'maximum_grade',
  'suffer_score',
  'total_elevation_gain',
  'utc_offset',
  'weight',
]);

const noKeys: ReadonlySet<string> = new Set();

/**
 * The text of a value. Whole numbers under the keys that Strava sends as floats, and under
 * `moreFloatKeys`, end in `.0`.
 */
export function writeJson(value: JsonValue, moreFloatKeys = noKeys): string {
  const write = (item: JsonValue, key: string): string => {
    if (typeof item === 'bigint') return item.toString();
    if (typeof item === 'number') {
      return floatKeys.has(key) || moreFloatKeys.has(key) ? writeFloat(item) : JSON.stringify(item);
    }
    if (typeof item !== 'object' || item === null) return JSON.stringify(item);
    if (isList(item)) return `[${item.map((element) => write(element, key)).join(',')}]`;
    const members: string[] = [];
    for (const [name, member] of Object.entries(item)) {
      if (member !== undefined) members.push(`${JSON.stringify(name)}:${write(member, name)}`);
    }
    return `{${members.join(',')}}`;
  };
  return write(value, '');
}

/** A number with at least one decimal, as in `25.0`. */
export function writeFloat(value: number): string {
  return Number.isSafeInteger(value) ? `${value}.0` : JSON.stringify(value);
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}
