/**
 * One activity as it is stored, with its streams as one piece: what everything is made from that is
 * worked out without asking Strava again.
 */
import type { JsonObject } from '../json.ts';
import type { Streams } from './streams.ts';

export interface Recording {
  readonly id: number;
  readonly athleteId: number;
  readonly startAt: Date;
  /** Strava's record, field by field as it came; an int64 is a bigint. */
  readonly record: JsonObject;
  /** What is known of the streams: pending, stored, none or parked. */
  readonly streamsState: string;
  /** Absent unless they are stored completely. */
  readonly streams?: Streams;
}
