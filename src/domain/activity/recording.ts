/** A stored activity with its streams in one piece: the source of exports and derived values. */
import type { JsonObject } from '../json.ts';
import type { Streams } from './streams.ts';

export interface Recording {
  readonly id: number;
  readonly athleteId: number;
  readonly startAt: Date;
  /** Strava's record, unchanged; an int64 is a bigint. */
  readonly record: JsonObject;
  /** pending, stored, none or parked. */
  readonly streamsState: string;
  /** Absent unless stored completely. */
  readonly streams?: Streams;
}
