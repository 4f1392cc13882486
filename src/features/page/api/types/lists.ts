/**
 * The JSON of the lists of all activities, their tracks and the cells that they pass, and the land below.
 */
import type { Id, LocalTime, StreamsState } from './common.ts';

/** `GET /api/v1/activities`: all of them as columns, newest first, with an ETag. */
export interface ActivityColumns {
  readonly count: number;
  readonly athletes: readonly { readonly id: Id; readonly name: string }[];
  /** Of activities and of the gear's own records; `name` is the id where it is unknown. */
  readonly gear: readonly { readonly id: string; readonly name: string }[];
  readonly sports: readonly string[];
  /** Where activities start: the text has the city, its region and its country. */
  readonly places: readonly { readonly city: string; readonly text: string }[];
  /** Each as long as `count`. */
  readonly columns: {
    readonly id: readonly Id[];
    /** Index into `athletes`. */
    readonly athlete: readonly number[];
    readonly name: readonly string[];
    /** Index into `sports`. */
    readonly sport: readonly number[];
    /** Index into `places`; null where it is unknown. */
    readonly place: readonly (number | null)[];
    /** Unix seconds. */
    readonly start: readonly number[];
    readonly local: readonly LocalTime[];
    readonly distance: readonly (number | null)[];
    readonly movingTime: readonly (number | null)[];
    readonly elapsedTime: readonly (number | null)[];
    readonly climbing: readonly (number | null)[];
    readonly heartrate: readonly (number | null)[];
    readonly watts: readonly (number | null)[];
    /** Index into `gear`. */
    readonly gear: readonly (number | null)[];
    readonly streams: readonly StreamsState[];
    readonly hasTrack: readonly boolean[];
    readonly isManual: readonly boolean[];
    readonly isOfExport: readonly boolean[];
  };
}

/** A line of `GET /api/v1/tracks` (NDJSON, the newest uploads first), simplified for a map of a city. */
export interface TrackLine {
  readonly id: Id;
  /** Encoded polyline with five digits. */
  readonly line: string;
}

/** `GET /api/v1/cells?athlete=ID&limit=20000`: how often each cell of 0.001 degrees was passed, the most first. */
export interface Cells {
  readonly count: number;
  readonly columns: {
    readonly lng: readonly number[];
    readonly lat: readonly number[];
    readonly activities: readonly number[];
    readonly samples: readonly number[];
  };
}

/**
 * The land of the earth for a map of small scale (Natural Earth's 1:110m), a file of the page: polygons of
 * rings, each ring's longitudes and latitudes in turn, in degrees with two digits. A ring across the
 * antimeridian goes on beyond 180 degrees.
 */
export type Land = readonly (readonly (readonly number[])[])[];
