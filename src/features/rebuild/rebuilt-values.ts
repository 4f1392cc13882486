/**
 * What an activity has to have besides Strava's record, worked out from the record and the streams: `derived`
 * and the geometry. It reads no database.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Document, Filter } from 'mongodb';
import type { Recording } from '../../domain/activity/recording.ts';
import { derivedFrom } from '../../domain/derived/derived.ts';
import { localTimeOf } from '../../domain/derived/local-time.ts';
import type { TrackSource } from '../../domain/derived/recorded-track.ts';
import { geometryOf } from '../../mongo/activities/activity-document.ts';
import { placeOf } from '../../mongo/activities/gazetteer.ts';
import type { ActivityDocument } from '../../mongo/schema/collections.ts';
import type { DerivationWrite, Values } from '../../mongo/streams/derivation.ts';
import {
  derivedValues,
  exportedStart,
  exportGeometries,
  noGeometry,
  recordedGeometry,
  recordedTrack,
} from '../../mongo/streams/derivation.ts';

/** The fields that Domestique added to an activity, as they were read. */
export type MirrorState = ActivityDocument & Document;

/** What the activity has to have, as a write that finds it only where it is as it was read. */
export function derivationOf(
  current: MirrorState,
  recording: Recording,
  trackSource: TrackSource,
): DerivationWrite {
  const { streams, streamsState } = recording;
  const derived = streams && derivedValues(derivedFrom(streams));
  const nothing = streamsState === 'none' && derivedValues(undefined);
  const values = { ...derived, ...nothing, ...startValues(current, recording) };
  const geometries = geometriesOf(current, recording, trackSource);
  const write = { filter: unchanged(current), values, geometries };
  // The routes are matched afterwards: who is on none is looked for then.
  return movesTrack(current, write)
    ? { ...write, values: { ...values, 'derived.route': undefined } }
    : write;
}

/** Whether the activity gets another track, or loses it. */
export function movesTrack(current: MirrorState, { geometries }: DerivationWrite): boolean {
  const [first = {}] = geometries;
  return 'track' in first && !isDeepStrictEqual(current.track, first['track']);
}

/** The place and the local start; nothing where an export's recording is not there to tell. */
function startValues({ sync }: MirrorState, recording: Recording): Values {
  const { record, startAt, streams, streamsState } = recording;
  if (sync.source === 'export')
    return streams || streamsState === 'none' ? exportedStart(streams, startAt) : {};
  return {
    'derived.local': localTimeOf(record['start_date_local']),
    'derived.place': placeOf(geometryOf(record).startPoint),
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
export function isAsWritten(
  current: MirrorState,
  { values, geometries }: DerivationWrite,
): boolean {
  const fields = Object.entries({ ...values, ...geometries[0] });
  return fields.every(([path, value]) => isDeepStrictEqual(valueOf(current, path), value));
}

function valueOf(current: MirrorState, path: string): unknown {
  const [first = '', second] = path.split('.');
  const value: unknown = current[first];
  return second === undefined ? value : (Object(value) as Values)[second];
}
