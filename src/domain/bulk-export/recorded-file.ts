/**
 * What a recording of the bulk export (FIT, TCX or GPX) says, whatever its format.
 */

/** One value for each record, in the records' order; null where a record lacks it. */
export type RecordedColumn = readonly (number | null)[];

/**
 * A recording's records as columns: chained parts appended, sorted by time, one record kept for each
 * second. A column that the file lacks is absent; a gap is null.
 */
export interface RecordedColumns {
  /** Unix seconds (UTC), whole, strictly ascending. */
  readonly timeS: readonly number[];
  /** Degrees; a record has both of `lat` and `lng`, or neither. */
  readonly lat?: RecordedColumn;
  readonly lng?: RecordedColumn;
  /** Metres. */
  readonly altitude?: RecordedColumn;
  /** Metres since the start, by the device. */
  readonly distance?: RecordedColumn;
  /** Beats a minute. */
  readonly heartrate?: RecordedColumn;
  /** Revolutions a minute; of one foot for a run. */
  readonly cadence?: RecordedColumn;
  readonly watts?: RecordedColumn;
  /** Degrees Celsius. */
  readonly temp?: RecordedColumn;
}

/** A recording that could be read, with what had to be repaired. */
export interface RecordedFile {
  readonly columns: RecordedColumns;
  /** What was repaired or is missing, each a clause: "the file ends in the middle of a record". */
  readonly problems: readonly string[];
}

/** `unreadable` is a clause that completes "the recording cannot be read: …". */
export type RecordingResult =
  { readonly recording: RecordedFile } | { readonly unreadable: string };
