/** What Strava's bulk export says of an athlete's activities, apart from their recordings. */
import type { JsonObject } from '../json.ts';

/** The recording that a row names: none (no file), one that Strava lost (`#error#`), or a file in the archive. */
export type RecordingFile =
  | { readonly kind: 'none' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'file'; readonly path: string };

/** One row of `activities.csv`. */
export interface ExportedActivity {
  /** Strava's id of the activity, the same as in the API. */
  readonly id: number;
  /**
   * One instant where the date is certain; several where day and month may be exchanged or the seconds
   * are lost, which the recording's start settles; none where it cannot be read.
   */
  readonly starts: readonly Date[];
  readonly dateText: string;
  readonly file: RecordingFile;
  /** From an upload; activities that were entered by hand are not. */
  readonly isUploaded: boolean;
  /** The API's names and units, as far as the export has them; `sport_type` only where its name is known. */
  readonly fields: JsonObject;
  /** The row as it came. */
  readonly row: readonly string[];
}

/** What one archive says besides its recordings. */
export interface ExportContents {
  /** From `profile.csv` and `general_preferences.csv`; the id is undefined where no profile names one. */
  readonly athlete: { readonly id: number | undefined; readonly fields: JsonObject };
  /** Ascending by id, each id once. */
  readonly activities: readonly ExportedActivity[];
  /** From `bikes.csv` and `shoes.csv`, which have no ids. */
  readonly gear: readonly JsonObject[];
  /** Rows that nothing explains. */
  readonly problems: readonly { readonly where: string; readonly problem: string }[];
}
