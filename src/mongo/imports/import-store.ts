/**
 * What an import of Strava's bulk export needs of the store. Every write is durable when its promise
 * resolves, and fenced by the epoch of the lease `athlete:ID`, which the caller holds.
 */
import type { Streams } from '../../domain/activity/streams.ts';
import type { ExportedActivity } from '../../domain/bulk-export/exported-activity.ts';
import type { PreferredSource } from '../../domain/bulk-export/recording-plan.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { DeletionReason } from '../history/tombstones.ts';
import type { StreamsState } from '../schema/collections.ts';

/** The period of the recorded file that is the activity, in seconds since the file's first record. */
export interface RecordingCut {
  readonly fromS: number;
  readonly toS: number;
}

/** What the archive says of one activity beside its row. */
export interface ExportFacts {
  /** The path of the recording in the archive. */
  readonly file?: string;
  readonly archivedAt: Date;
  /** Of the row and of the recording's bytes. */
  readonly digest: string;
  /** Present where the file holds more than the activity. */
  readonly cut?: RecordingCut;
  /** What is wrong with the row or the recording, as a clause. */
  readonly problem?: string;
}

/** The recording of an activity: its streams, none by nature (entered by hand), or left to the API. */
export type ImportedRecording =
  | {
      readonly kind: 'streams';
      readonly streams: Streams;
      /** The keys that the file does not have. */
      readonly computed: readonly string[];
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'pending'; readonly reason: string };

/** One activity of the archive, ready to be stored. */
export interface ImportedActivity {
  readonly activity: ExportedActivity;
  readonly startAt: Date;
  readonly export: ExportFacts;
  readonly recording: ImportedRecording;
}

/** What the archive says of the athlete, in the API's names, and of the gear. */
export interface ImportedAthlete {
  readonly archivedAt: Date;
  readonly fields: JsonObject;
  readonly gear: readonly JsonObject[];
}

/** What is stored of an activity that an archive names. */
export interface StoredImport {
  /** Whose it is stored as; undefined where the activity is not stored. */
  readonly athleteId: number | undefined;
  /** Of what was imported; undefined where nothing was, or where not all of it is there any more. */
  readonly digest: string | undefined;
  readonly archivedAt: Date | undefined;
  /** What was wrong with what was imported. */
  readonly problem: string | undefined;
  /** Undefined where the activity is not stored. */
  readonly summary: PreferredSource | undefined;
  readonly streams: { readonly state: StreamsState; readonly source: PreferredSource } | undefined;
  readonly tombstone: { readonly why: DeletionReason; readonly at: Date } | undefined;
}

/** A write under the lease's epoch; `at` is the time of the import. */
export interface ImportWrite {
  readonly athleteId: number;
  readonly epoch: number;
  readonly at: Date;
}

export interface ActivityImportWrite extends ImportWrite {
  readonly prefer: PreferredSource;
}

/**
 * What a write did. `unchanged`: the same, or a newer archive's, is stored. `keptApi`: the API's recording
 * was kept, or is fetched, because it is preferred or the two do not agree. `deleted`: the activity was
 * deleted at Strava after the archive was made. `foreign`: it is stored as another athlete's. `rejected`:
 * MongoDB does not hold it, with the reason.
 */
export type ImportOutcome =
  | 'added'
  | 'changed'
  | 'unchanged'
  | 'keptApi'
  | 'deleted'
  | 'foreign'
  | { readonly rejected: string };

export interface ImportStore {
  /**
   * What is stored of these activities, and their tombstones; an unknown id is absent. With the same digest
   * there is nothing to write, unless the export is preferred and the API's streams are stored.
   */
  stored(ids: readonly number[]): Promise<ReadonlyMap<number, StoredImport>>;
  /**
   * Writes an activity together with its recording. Doing it again changes nothing.
   * @throws LeaseLostError when another process took the athlete over.
   */
  write(write: ActivityImportWrite, imported: ImportedActivity): Promise<ImportOutcome>;
  /** Computes the routes of the activities written so far. */
  refreshRoutes(write: ImportWrite): Promise<void>;
  /**
   * Stores what the archive says of the athlete and the gear; a field that came from the API stays.
   * @throws LeaseLostError when another process took the athlete over.
   */
  writeAthlete(write: ImportWrite, athlete: ImportedAthlete): Promise<void>;
}
