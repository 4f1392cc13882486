/**
 * Writes what is worked out from a recording into its activity, in the same update as whatever else is
 * written there. What MongoDB cannot hold is left out: the update itself never fails for it.
 */
import type { Document, Filter } from 'mongodb';
import type { Derived } from '../../domain/derived/derived.ts';
import { recordedFields } from '../../domain/derived/derived.ts';
import { localTimeIn } from '../../domain/derived/country-time.ts';
import type { TrackSource } from '../../domain/derived/recorded-track.ts';
import { recordedTrackOf, startPointOf } from '../../domain/derived/recorded-track.ts';
import type { Streams } from '../../domain/activity/streams.ts';
import type { LineString } from '../../domain/derived/track.ts';
import { placeOf } from '../activities/gazetteer.ts';
import type { ActivityDocument, Store } from '../schema/collections.ts';
import { isGeometryRejected, isPathNotViable } from '../base/failures.ts';
import { isTooLarge } from '../base/bson-limits.ts';

const derivedPrefix = 'derived.';

/** Fields and their new values; undefined takes a field away. */
export type Values = Readonly<Record<string, unknown>>;

export interface DerivationWrite {
  readonly filter: Filter<ActivityDocument>;
  readonly values: Values;
  /** The geometry to write, and what to write where a 2dsphere index rejects it; after the last, none. */
  readonly geometries: readonly Values[];
  /** Whether the activity is made where the filter finds none. */
  readonly upsert?: boolean;
}

/** What the recording makes of `derived`, field by field: the summary's part of it stays. */
export function derivedValues(derived: Derived | undefined): Values {
  return Object.fromEntries(recordedFields.map((field) => [`derived.${field}`, derived?.[field]]));
}

/**
 * The place of an activity whose summary is an export's, and the local start, which an export does not have,
 * as far as the country tells it.
 */
export function exportedStart(streams: Streams | undefined, startAt: Date): Values {
  const place = streams && placeOf(startPointOf(streams));
  return { 'derived.place': place, 'derived.local': localTimeIn(place?.country_code, startAt) };
}

/** The track that stands in the place of the summary's; undefined where the recording makes none. */
export function recordedTrack(streams: Streams, source: TrackSource): LineString | undefined {
  return source === 'streams' ? recordedTrackOf(streams).track : undefined;
}

export function recordedGeometry(track: LineString): Values {
  return { track, 'sync.track_source': 'streams', 'sync.track_left_out': undefined };
}

/**
 * The geometry of an activity whose summary is an export's, made from its recording, and what to write
 * where an index rejects it.
 */
export function exportGeometries(streams: Streams, source: TrackSource): readonly Values[] {
  const { track, leftOut } = recordedTrackOf(streams);
  const made = {
    track,
    start_point: startPointOf(streams),
    'sync.track_source': track && (source === 'streams' ? 'streams' : 'export'),
    'sync.track_left_out': leftOut,
  };
  return [made, { ...noGeometry, 'sync.track_left_out': 'rejected by MongoDB' }];
}

/** Takes away the geometry of an activity. */
export const noGeometry: Values = {
  track: undefined,
  start_point: undefined,
  'sync.track_source': undefined,
  'sync.track_left_out': undefined,
};

/** Returns whether the filter found its activity, or made it. */
export async function writeDerivation(store: Store, write: DerivationWrite): Promise<boolean> {
  const update = updateOf({ ...write.values, ...write.geometries[0] });
  try {
    const { filter, upsert = false } = write;
    const { matchedCount, upsertedCount } = await store.activities.updateOne(filter, update, {
      upsert,
    });
    return matchedCount + upsertedCount > 0;
  } catch (error) {
    const smaller = isPathNotViable(error)
      ? withWholeDerived(write)
      : withoutRejected(write, error);
    if (smaller === undefined) throw error;
    return writeDerivation(store, smaller);
  }
}

function updateOf(values: Values): Document {
  const entries = Object.entries(values);
  const present = entries.filter(([, value]) => value !== undefined);
  const absent = entries.filter(([, value]) => value === undefined).map(([key]) => [key, '']);
  return {
    ...(present.length > 0 && { $set: Object.fromEntries(present) }),
    ...(absent.length > 0 && { $unset: Object.fromEntries(absent) as Document }),
  };
}

/** Where another program or a hand wrote no object as `derived`. */
function withWholeDerived(write: DerivationWrite): DerivationWrite | undefined {
  const entries = Object.entries(write.values);
  const isPart = ([path]: readonly [string, unknown]): boolean => path.startsWith(derivedPrefix);
  const parts = entries.filter(isPart).filter(([, value]) => value !== undefined);
  if (!entries.some(isPart)) return undefined;
  const derived = parts.map(([path, value]) => [path.slice(derivedPrefix.length), value] as const);
  const others = Object.fromEntries(entries.filter((entry) => !isPart(entry)));
  return { ...write, values: { ...others, derived: Object.fromEntries(derived) } };
}

function withoutRejected(write: DerivationWrite, error: unknown): DerivationWrite | undefined {
  const { values, geometries } = write;
  if (isGeometryRejected(error) && geometries.length > 0) {
    return { ...write, geometries: geometries.slice(1) };
  }
  if (!isTooLarge(error)) return undefined;
  // The activity's details may fill the 16 MB: what can be worked out again makes room.
  if (values['derived.version'] !== undefined)
    return { ...write, values: { ...values, ...derivedValues(undefined) } };
  return geometries.length > 0 ? { ...write, geometries: [] } : undefined;
}
