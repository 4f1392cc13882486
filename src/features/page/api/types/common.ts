/**
 * The JSON of the page's API, `/api/v1/`. Ids are decimal strings, instants RFC 3339 in UTC, measures SI
 * units (metres, seconds, metres a second, degrees, watts, beats a minute). Changes only add fields.
 */

/** Strava's id in decimal digits, because a JavaScript number would round some. */
export type Id = string;
/** RFC 3339 in UTC, "2026-11-22T14:15:00Z". */
export type Instant = string;
/** Wall clock of the place without a zone, "2026-11-22T15:15:00"; empty where unknown. */
export type LocalTime = string;

/** Every response that is no success: one sentence. */
export interface ApiError {
  readonly message: string;
}

export type StreamsState = 'pending' | 'stored' | 'none' | 'parked';

/** An activity where several are listed. */
export interface ActivitySummary {
  readonly id: Id;
  readonly athleteId: Id;
  readonly name: string;
  /** Strava's `sport_type`; empty where unknown. */
  readonly sport: string;
  readonly start: Instant;
  readonly local: LocalTime;
  readonly distance: number | null;
  readonly movingTime: number | null;
  readonly climbing: number | null;
  readonly streams: StreamsState;
}
