/**
 * Computes again, from stored data, what an activity has besides Strava's record: `derived` and the
 * geometry. It sends no request to Strava and needs no lease. It overwrites nothing newer, because it
 * writes only if the activity has not changed since it was read.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Document, Filter } from 'mongodb';
import { derivedFrom, derivedKeys, derivedVersion } from '../../domain/derived/derived.ts';
import { localTimeOf } from '../../domain/derived/local-time.ts';
import type { Recording } from '../../domain/activity/recording.ts';
import type { TrackSource } from '../../domain/derived/recorded-track.ts';
import { geometryOf } from '../../mongo/activities/activity-document.ts';
import { int64, toNumber } from '../../mongo/base/bson-value.ts';
import type { ActivityDocument, Store } from '../../mongo/schema/collections.ts';
import type { DerivationWrite, Values } from '../../mongo/streams/derivation.ts';
import {
  derivedValues,
  exportGeometries,
  noGeometry,
  recordedGeometry,
  recordedTrack,
  writeDerivation,
} from '../../mongo/streams/derivation.ts';
import { findRecording } from '../../mongo/streams/recordings.ts';

/**
 * The result for one activity. 'incomplete': its streams are incomplete or are being replaced; the values
 * derived from them stay unchanged.
 */
export type Rebuilt = 'rebuilt' | 'unchanged' | 'incomplete' | 'gone';

/** The fields that Domestique added to an activity, as they were read. */
type MirrorState = ActivityDocument & Document;

const idsAtOnce = 500;
/** A writer that keeps changing the activity meanwhile computes these values itself. */
const maxTries = 5;

/** The ids of all activities, or of those of one athlete, in their order, some hundred at a time. */
export async function* activityIds(
  { activities }: Store,
  athleteId: number | undefined,
): AsyncGenerator<readonly number[]> {
  const ofAthlete = filterOf(athleteId);
  let after: Filter<ActivityDocument> = {};
  for (;;) {
    const found = await activities
      .find({ ...ofAthlete, ...after }, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .limit(idsAtOnce)
      .toArray();
    const ids = found.map(({ _id }) => toNumber(_id));
    if (ids.length > 0) yield ids;
    const last = ids.at(-1);
    if (last === undefined || ids.length < idsAtOnce) return;
    after = { _id: { $gt: int64(last) } };
  }
}

/** How many {@link activityIds} there are about. */
export function countActivities(
  { activities }: Store,
  athleteId: number | undefined,
): Promise<number> {
  return athleteId === undefined
    ? activities.estimatedDocumentCount()
    : activities.countDocuments(filterOf(athleteId));
}

function filterOf(athleteId: number | undefined): Filter<ActivityDocument> {
  return athleteId === undefined ? {} : { 'sync.athlete_id': int64(athleteId) };
}

/**
 * Those that this version of the computation wrote, by what their documents say: no recording is read. A
 * value that was changed by hand is not noticed.
 */
export async function currentIds(
  { activities }: Store,
  ids: readonly number[],
  trackSource: TrackSource,
): Promise<ReadonlySet<number>> {
  const hasTrack =
    trackSource === 'streams'
      ? [{ 'sync.track_source': 'streams' as const }, { 'derived.cells.0': { $exists: false } }]
      : [
          { track: { $exists: true }, 'sync.track_source': { $exists: false } },
          { 'sync.source': 'export' as const, 'sync.track_source': 'export' as const },
          { 'sync.track_left_out': { $exists: true } },
          { 'map.summary_polyline': { $in: [null, ''] }, 'sync.track_source': { $exists: false } },
        ];
  const filter: Filter<ActivityDocument> = {
    _id: { $in: ids.map(int64) },
    'sync.streams.state': 'stored',
    'derived.version': derivedVersion,
    $and: [
      { $or: hasTrack },
      { $or: [{ 'derived.local': { $exists: true } }, { start_date_local: { $exists: false } }] },
      { $or: [{ start_point: { $exists: true } }, { 'start_latlng.0': { $exists: false } }] },
    ],
  };
  const found = await activities.find(filter, { projection: { _id: 1 } }).toArray();
  return new Set(found.map(({ _id }) => toNumber(_id)));
}

/** Idempotent. */
export async function rebuildActivity(
  store: Store,
  { id, trackSource }: { id: number; trackSource: TrackSource },
): Promise<Rebuilt> {
  for (let tries = 1; tries <= maxTries; tries += 1) {
    // Before the recording: the filter of the write detects any later change.
    const current = await findMirrorState(store, id);
    const recording = current && (await findRecording(store, id, derivedKeys));
    if (current === undefined || recording === undefined) return 'gone';
    const write = derivationOf(current, recording, trackSource);
    const isWhole = (recording.streamsState === 'stored') === (recording.streams !== undefined);
    if (isAsWritten(current, write)) return isWhole ? 'unchanged' : 'incomplete';
    const isWritten = await writeDerivation(store, write);
    if (isWritten) return isWhole ? 'rebuilt' : 'incomplete';
  }
  return 'incomplete';
}

async function findMirrorState({ db }: Store, id: number): Promise<MirrorState | undefined> {
  // Not decoded: odd derived values are to be replaced, too.
  const activities = db.collection<ActivityDocument>('activities');
  const projection = { derived: 1, track: 1, start_point: 1, sync: 1 };
  const found = await activities.findOne({ _id: int64(id) }, { projection });
  return found ?? undefined;
}

function derivationOf(
  current: MirrorState,
  recording: Recording,
  trackSource: TrackSource,
): DerivationWrite {
  const { record, streams, streamsState } = recording;
  const derived = streams && derivedValues(derivedFrom(streams));
  const nothing = streamsState === 'none' && derivedValues(undefined);
  const local = { 'derived.local': localTimeOf(record['start_date_local']) };
  return {
    filter: unchanged(current),
    values: { ...derived, ...nothing, ...local },
    geometries: geometriesOf(current, recording, trackSource),
  };
}

function geometriesOf(
  { sync }: MirrorState,
  { record, streams, streamsState }: Recording,
  trackSource: TrackSource,
): readonly Values[] {
  if (sync.source === 'export') {
    const withoutRecording = streamsState === 'none' ? [noGeometry] : [];
    return streams ? exportGeometries(streams, trackSource) : withoutRecording;
  }
  const { track, startPoint, leftOut } = geometryOf(record);
  const start = { start_point: startPoint };
  const isFetchedAgain = streams === undefined && streamsState !== 'none';
  // The recording is the same: its track stays until the streams are stored again.
  if (isFetchedAgain && trackSource === 'streams' && sync.track_source === 'streams') {
    return [start, { start_point: undefined }];
  }
  const recorded = streams && recordedTrack(streams, trackSource);
  const listed = { track, 'sync.track_source': undefined, 'sync.track_left_out': leftOut };
  const rejected = { track: undefined, start_point: undefined };
  return [
    ...(recorded === undefined ? [] : [{ ...start, ...recordedGeometry(recorded) }]),
    { ...start, ...listed },
    { ...listed, ...rejected, 'sync.track_left_out': 'rejected by MongoDB' },
  ];
}

/** The same summary, and the same streams in the same state. */
function unchanged({ _id, sync }: MirrorState): Filter<ActivityDocument> {
  const { fetched_at } = sync.streams;
  return {
    _id,
    'sync.epoch': sync.epoch,
    'sync.recording_hash': sync.recording_hash,
    'sync.fingerprint': sync.fingerprint,
    'sync.streams.state': sync.streams.state,
    'sync.streams.fetched_at': fetched_at ?? { $exists: false },
  };
}

/** Whether the activity already has the values to write. */
function isAsWritten(current: MirrorState, { values, geometries }: DerivationWrite): boolean {
  const fields = Object.entries({ ...values, ...geometries[0] });
  return fields.every(([path, value]) => isDeepStrictEqual(valueOf(current, path), value));
}

function valueOf(current: MirrorState, path: string): unknown {
  const [first = '', second] = path.split('.');
  const value: unknown = current[first];
  return second === undefined ? value : (Object(value) as Values)[second];
}
