/**
 * Leaves the samples in hidden places out of a recording, and the coordinates there out of Strava's record.
 * It depends on no format.
 */
import polylineCodec from '@googlemaps/polyline-codec';
import type { HiddenPlace } from '../../../domain/activity/hidden-places.ts';
import { isHidden, isLineHidden } from '../../../domain/activity/hidden-places.ts';
import type { Recording } from '../../../domain/activity/recording.ts';
import type { Streams } from '../../../domain/activity/streams.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import type { ShownRecording } from './samples.ts';
import { positionsOf } from './samples.ts';

type Places = readonly HiddenPlace[];

/** The recording without what is hidden. */
export function hide(recording: Recording, places: Places): ShownRecording {
  if (places.length === 0) return recording;
  const { streams } = recording;
  const { shown, gaps } = shownSamples(recording, places);
  const record = recordOf(recording.record, { places, indexes: indexesOf(shown) });
  const sampleCount = shown.filter(Boolean).length;
  if (streams === undefined) return { ...recording, record };
  const left = { sampleCount, arrays: onlyShown(streams, shown) };
  return { ...recording, record, streams: left, gaps, hidden: streams.sampleCount - sampleCount };
}

interface Samples {
  /** Whether each sample is shown. */
  readonly shown: readonly boolean[];
  /** The shown samples, as they are counted then, before which something is hidden. */
  readonly gaps: ReadonlySet<number>;
}

/** A sample without a position is hidden with the one before it; the first ones with the one behind. */
function shownSamples(recording: Recording, places: Places): Samples {
  const positions = new Map(positionsOf(recording).map((position) => [position.index, position]));
  const [first] = positions.values();
  const shown: boolean[] = [];
  const gaps = new Set<number>();
  let isShown = first === undefined || !isHidden(places, first);
  let last: typeof first;
  let count = 0;
  for (let index = 0; index < (recording.streams?.sampleCount ?? 0); index += 1) {
    const position = positions.get(index);
    if (position !== undefined) isShown = !isHidden(places, position);
    shown.push(isShown);
    if (!isShown) last = undefined;
    else if (position !== undefined) {
      if (last === undefined || isLineHidden(places, last, position)) gaps.add(count);
      last = position;
    }
    if (isShown) count += 1;
  }
  return { shown, gaps };
}

function onlyShown({ arrays }: Streams, shown: readonly boolean[]): Streams['arrays'] {
  return new Map(
    [...arrays].map(([key, samples]) => [key, samples.filter((_, index) => shown[index])]),
  );
}

/** For each sample the index that it or the next shown one has among the shown ones. */
function indexesOf(shown: readonly boolean[]): readonly number[] {
  const last = Math.max(0, shown.filter(Boolean).length - 1);
  let count = 0;
  return shown.map((isShown) => {
    const index = Math.min(count, last);
    if (isShown) count += 1;
    return index;
  });
}

interface Hidden {
  readonly places: Places;
  readonly indexes: readonly number[];
}

/**
 * The record without coordinates in hidden places: Strava's empty list for a point, null for a latitude and
 * longitude, the longest part for a polyline. Indexes of samples, which laps and efforts have, count the shown ones.
 */
function recordOf(record: JsonObject, hidden: Hidden): JsonObject {
  const apart = coordinatesApart(record, hidden.places);
  const members = Object.entries(record).map(([key, value]): [string, JsonValue] => [
    key,
    apart.has(key) ? null : memberOf(key, value, hidden),
  ]);
  return Object.fromEntries(members);
}

function memberOf(key: string, value: JsonValue, hidden: Hidden): JsonValue {
  const { places, indexes } = hidden;
  if (key.endsWith('polyline') && typeof value === 'string') return polylineOf(value, places);
  if (key.endsWith('latlng')) return isPointHidden(value, places) ? [] : value;
  if (/^(start|end)_index$/.test(key) && typeof value === 'number') return indexes[value] ?? value;
  return valueOf(value, hidden);
}

function valueOf(value: JsonValue, hidden: Hidden): JsonValue {
  if (Array.isArray(value)) return value.map((one: JsonValue) => valueOf(one, hidden));
  return isPlain(value) ? recordOf(value, hidden) : value;
}

function isPlain(value: JsonValue): value is JsonObject {
  if (typeof value !== 'object' || value === null) return false;
  return Reflect.getPrototypeOf(value) === Object.prototype;
}

function isPointHidden(value: JsonValue, places: Places): boolean {
  if (!Array.isArray(value)) return false;
  const [lat, lng] = (value as readonly JsonValue[]).map(Number);
  return lat !== undefined && lng !== undefined && isHidden(places, { lat, lng });
}

/** The keys of a latitude and a longitude that stand apart (`start_latitude`) and are hidden. */
function coordinatesApart(record: JsonObject, places: Places): ReadonlySet<string> {
  const pairs = Object.keys(record)
    .filter((key) => key.endsWith('latitude'))
    .map((key) => [key, key.replace(/latitude$/, 'longitude')] as const);
  const hidden = pairs.filter(([lat, lng]) =>
    isPointHidden([record[lat] ?? null, record[lng] ?? null], places),
  );
  return new Set(hidden.flat());
}

const precision = 5;

/** The longest shown part, because a polyline cannot have a gap. */
function polylineOf(polyline: string, places: Places): string {
  const points = polylineCodec.decode(polyline, precision);
  const parts: [number, number][][] = [[]];
  let last: { lat: number; lng: number } | undefined;
  for (const [lat, lng] of points) {
    const point = { lat, lng };
    const isShown = !isHidden(places, point);
    const isApart = last === undefined || isLineHidden(places, last, point);
    if (isShown && isApart) parts.push([]);
    if (isShown) parts.at(-1)?.push([lat, lng]);
    last = isShown ? point : undefined;
  }
  const longest = parts.reduce((one, other) => (other.length > one.length ? other : one));
  return longest.length === points.length ? polyline : polylineCodec.encode(longest, precision);
}
