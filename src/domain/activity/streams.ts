/**
 * The streams of one activity: validates the response and splits long streams into parts. Arrays are
 * aligned by index; a stream that the activity lacks is absent.
 */
import type { JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';

/** The requested keys (https://developers.strava.com/docs/reference/#api-models-StreamSet). */
export const streamKeys = [
  'time',
  'distance',
  'latlng',
  'altitude',
  'velocity_smooth',
  'heartrate',
  'cadence',
  'watts',
  'temp',
  'moving',
  'grade_smooth',
] as const;

export type Sample = number | boolean | null;

/** Plain arrays of equal length under Strava's keys; `latlng` as the two arrays `lat` and `lng`. */
export interface Streams {
  readonly sampleCount: number;
  readonly arrays: ReadonlyMap<string, readonly Sample[]>;
}

/** Why a response is unusable. */
export interface StreamsProblem {
  readonly problem: string;
}

/** Reads both forms of the response: an object by key, and an array of `{type, data}`. */
export function readStreams(response: JsonValue): Streams | StreamsProblem {
  const named = namedStreams(response);
  if (named === undefined) return { problem: 'it is neither an object nor a list of streams' };
  const arrays = new Map<string, readonly Sample[]>();
  for (const [key, stream] of named) {
    const problem = addStream(arrays, key, stream);
    if (problem !== undefined) return { problem };
  }
  if (named.length > 0 && arrays.size === 0) return { problem: 'it holds no known stream' };
  const lengths = new Set([...arrays.values()].map((array) => array.length));
  if (lengths.size > 1)
    return { problem: `its streams have different lengths (${[...lengths].join(', ')})` };
  const [sampleCount = 0] = lengths;
  return { sampleCount, arrays };
}

function namedStreams(response: JsonValue): readonly (readonly [string, JsonValue])[] | undefined {
  if (isJsonObject(response)) return Object.entries(response);
  if (!Array.isArray(response)) return undefined;
  const named = (response as readonly JsonValue[]).map((stream) => {
    const type = isJsonObject(stream) ? stream['type'] : undefined;
    return typeof type === 'string' ? ([type, stream] as const) : undefined;
  });
  return named.includes(undefined) ? undefined : named.filter((entry) => entry !== undefined);
}

function addStream(
  arrays: Map<string, readonly Sample[]>,
  key: string,
  stream: JsonValue,
): string | undefined {
  if (!streamKeys.some((known) => known === key)) return undefined;
  const data = isJsonObject(stream) ? stream['data'] : undefined;
  if (!Array.isArray(data)) return `its stream ${key} has no list of samples`;
  if (key === 'latlng') return addPositions(arrays, data as readonly JsonValue[]);
  if (!data.every(isSample))
    return `its stream ${key} has a sample that is neither number, boolean nor null`;
  arrays.set(key, data);
  return undefined;
}

function isSample(value: unknown): value is Sample {
  return value === null || typeof value === 'number' || typeof value === 'boolean';
}

/** MongoDB reads two plain arrays three times as fast as one of pairs. */
function addPositions(
  arrays: Map<string, readonly Sample[]>,
  positions: readonly JsonValue[],
): string | undefined {
  const lat: Sample[] = [];
  const lng: Sample[] = [];
  for (const position of positions) {
    const pair = position ?? [null, null];
    if (!isPair(pair)) return 'its stream latlng has a sample that is not a pair of numbers';
    lat.push(pair[0]);
    lng.push(pair[1]);
  }
  arrays.set('lat', lat).set('lng', lng);
  return undefined;
}

function isPair(value: unknown): value is readonly [number | null, number | null] {
  return (
    Array.isArray(value) && value.length === 2 && isCoordinate(value[0]) && isCoordinate(value[1])
  );
}

function isCoordinate(value: unknown): boolean {
  return value === null || typeof value === 'number';
}

export function isProblem(result: Streams | StreamsProblem): result is StreamsProblem {
  return 'problem' in result;
}

/** One part of long streams: the samples from `from` up to `to` (excluded). */
export interface Part {
  readonly part: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Cuts `sampleCount` samples of `byteLength` bytes evenly into the fewest parts of at most `maxBytes`;
 * each part has at least one sample, except the only part of no samples.
 */
export function partsOf(
  sampleCount: number,
  byteLength: number,
  maxBytes: number,
): readonly Part[] {
  const fitting = Math.max(1, Math.floor((sampleCount * maxBytes) / Math.max(1, byteLength)));
  const count = Math.max(1, Math.ceil(sampleCount / fitting));
  const samples = Math.ceil(sampleCount / count);
  return Array.from({ length: count }, (_, part) => ({
    part,
    from: part * samples,
    to: Math.min(sampleCount, (part + 1) * samples),
  }));
}
