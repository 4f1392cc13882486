/**
 * What an import writes into an activity, by what is stored of it: the summary only where that came from an
 * export too, the recording's state and derived values only where the recording is put.
 */
import { recordingHashOf } from '../../domain/activity/activity.ts';
import type { RecordingPlan } from '../../domain/bulk-export/recording-plan.ts';
import { derivedFrom } from '../../domain/derived/derived.ts';
import type { TrackSource } from '../../domain/derived/recorded-track.ts';
import { int64 } from '../base/bson-value.ts';
import type { Store } from '../schema/collections.ts';
import type { Values } from '../streams/derivation.ts';
import {
  derivedValues,
  exportedStart,
  exportGeometries,
  recordedGeometry,
  recordedTrack,
} from '../streams/derivation.ts';
import { exportDocument, exportedRecord, streamsOf, summaryValues } from './exported-summary.ts';
import type { ActivityImportWrite, ImportedActivity, ImportedRecording } from './import-store.ts';
import type { StoredActivity } from './stored-imports.ts';

export type ImportTarget = Store & { readonly trackSource: TrackSource };

/** An import of one activity, beside what is stored of it. */
export interface ImportStep {
  readonly write: ActivityImportWrite;
  readonly imported: ImportedActivity;
  readonly current: StoredActivity | undefined;
}

/** What the import sets of the activity, by path. */
export function valuesOf({ write, imported, current }: ImportStep, plan: RecordingPlan): Values {
  const { athleteId, epoch, at } = write;
  const { activity, recording } = imported;
  const exported = exportDocument(imported, at);
  const isOfExport = current === undefined || current.sync.source === 'export';
  const isOutdated = plan === 'put' && recording.kind !== 'streams';
  return {
    ...(isOfExport && summaryValues(activity.id, exported, current?.sync.summary_keys ?? [])),
    ...(isOfExport && {
      'sync.recording_hash': recordingHashOf(exportedRecord(activity.id, exported)),
    }),
    ...(current === undefined && {
      'sync.athlete_id': int64(athleteId),
      'sync.first_seen_at': at,
    }),
    'sync.epoch': epoch,
    export: exported,
    ...(plan === 'put' && { 'sync.streams': streamsOf(recording, at) }),
    ...(plan === 'put' &&
      recording.kind === 'streams' &&
      derivedValues(derivedFrom(recording.streams))),
    ...(isOutdated && derivedValues(undefined)),
    ...(isOfExport && startValues({ write, imported, current }, plan)),
  };
}

/** The place and the local start stay where neither the recording nor the start is another. */
function startValues({ imported, current }: ImportStep, plan: RecordingPlan): Values {
  const { recording, startAt } = imported;
  if (plan === 'put' && recording.kind === 'streams')
    return exportedStart(recording.streams, startAt);
  return current?.start_date.getTime() === startAt.getTime() ? {} : { 'derived.local': undefined };
}

/** The geometries to try, the best first; none leaves the stored ones. */
export function geometriesOf(
  { trackSource }: ImportTarget,
  { current }: ImportStep,
  { streams }: Extract<ImportedRecording, { kind: 'streams' }>,
): readonly Values[] {
  if (current === undefined || current.sync.source === 'export')
    return exportGeometries(streams, trackSource);
  const track = recordedTrack(streams, trackSource);
  return track === undefined ? [] : [recordedGeometry(track)];
}
