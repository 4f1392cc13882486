/**
 * Activities of an export as the import's store takes them.
 */
import type { Sample, Streams } from '../../../src/domain/activity/streams.ts';
import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';
import type {
  ActivityImportWrite,
  ImportedActivity,
  ImportedRecording,
} from '../../../src/mongo/imports/import-store.ts';
import { athleteId } from '../pages.ts';

export const id = 19_000_000_001;
export const archivedAt = new Date('2026-10-01T00:00:00Z');
export const importedAt = new Date('2026-10-05T11:00:00Z');
export const startAt = new Date('2026-10-04T06:12:13Z');

export function streamsOf(arrays: Readonly<Record<string, readonly Sample[]>>): Streams {
  const [first = []] = Object.values(arrays);
  return { sampleCount: first.length, arrays: new Map(Object.entries(arrays)) };
}

/** Three samples along a track in Vienna. */
export const recorded = streamsOf({
  time: [0, 1, 4],
  distance: [0, 5, 20],
  heartrate: [100, null, 102],
  lat: [48.2, 48.201, 48.202],
  lng: [16.37, 16.371, 16.372],
});

export const withStreams: ImportedRecording = {
  kind: 'streams',
  streams: recorded,
  computed: ['distance'],
};

export interface ImportChanges {
  readonly id?: number;
  readonly fields?: Readonly<Record<string, JsonValue>>;
  readonly facts?: Partial<ImportedActivity['export']>;
  readonly recording?: ImportedRecording;
}

/** The row of the activity that `recordOf` makes, made before it. */
export function importedOf(changes: ImportChanges = {}): ImportedActivity {
  const fields: JsonObject = {
    name: 'Morning Ride',
    description: 'Before breakfast',
    sport_type: 'Ride',
    distance: 24_931,
    moving_time: 4_500,
    elapsed_time: 4_610,
    ...changes.fields,
  };
  return {
    activity: {
      id: changes.id ?? id,
      starts: [startAt],
      dateText: 'Oct 4, 2026, 6:12:13 AM',
      file: { kind: 'file', path: 'activities/1.fit.gz' },
      isUploaded: true,
      fields,
      row: [String(changes.id ?? id), 'Oct 4, 2026, 6:12:13 AM', 'Morning Ride'],
    },
    startAt,
    export: { file: 'activities/1.fit.gz', archivedAt, digest: 'first', ...changes.facts },
    recording: changes.recording ?? withStreams,
  };
}

export function importWrite(changes: Partial<ActivityImportWrite> = {}): ActivityImportWrite {
  return { athleteId, epoch: 1, at: importedAt, prefer: 'api', ...changes };
}
