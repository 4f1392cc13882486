/**
 * Writes what is worked out from a recording into its activity, in the same update as whatever else is
 * written there. What MongoDB cannot hold is left out: the update itself never fails for it.
 */
import type { Document, Filter } from 'mongodb';
import type { TrackSource } from '../../domain/derived/recorded-track.ts';
import { recordedTrackOf } from '../../domain/derived/recorded-track.ts';
import type { Streams } from '../../domain/activity/streams.ts';
import type { LineString } from '../../domain/derived/track.ts';
import type { ActivityDocument, Store } from '../schema/collections.ts';
import { isGeometryRejected } from '../base/failures.ts';
import { isTooLarge } from '../base/bson-limits.ts';

/** Fields and their new values; undefined takes a field away. */
export type Values = Readonly<Record<string, unknown>>;

export interface DerivationWrite {
  readonly filter: Filter<ActivityDocument>;
  readonly values: Values;
  /** The geometry to write, and what to write where a 2dsphere index rejects it; after the last, none. */
  readonly geometries: readonly Values[];
}

/** The track that stands in the place of the summary's; undefined where the recording makes none. */
export function recordedTrack(streams: Streams, source: TrackSource): LineString | undefined {
  return source === 'streams' ? recordedTrackOf(streams).track : undefined;
}

export function recordedGeometry(track: LineString): Values {
  return { track, 'sync.track_source': 'streams', 'sync.track_left_out': undefined };
}

/** Returns whether the filter found its activity. */
export async function writeDerivation(store: Store, write: DerivationWrite): Promise<boolean> {
  const update = updateOf({ ...write.values, ...write.geometries[0] });
  try {
    const { matchedCount } = await store.activities.updateOne(write.filter, update);
    return matchedCount > 0;
  } catch (error) {
    const smaller = withoutRejected(write, error);
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

function withoutRejected(write: DerivationWrite, error: unknown): DerivationWrite | undefined {
  const { values, geometries } = write;
  if (isGeometryRejected(error) && geometries.length > 0) {
    return { ...write, geometries: geometries.slice(1) };
  }
  if (!isTooLarge(error)) return undefined;
  // The activity's details may fill the 16 MB: what can be worked out again makes room.
  if (values['derived'] !== undefined)
    return { ...write, values: { ...values, derived: undefined } };
  return geometries.length > 0 ? { ...write, geometries: [] } : undefined;
}
