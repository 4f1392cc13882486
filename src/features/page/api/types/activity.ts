/**
 * The JSON of one activity and of its recording.
 */
import type { ActivitySummary, Id, LocalTime } from './common.ts';

export interface Lap {
  readonly name: string;
  readonly distance: number | null;
  readonly movingTime: number | null;
  readonly climbing: number | null;
  readonly heartrate: number | null;
  readonly watts: number | null;
}

export interface Zone {
  readonly min: number;
  /** Null for the last one. */
  readonly max: number | null;
  readonly seconds: number;
}

export interface SegmentEffort {
  readonly segmentId: Id;
  readonly name: string;
  readonly distance: number | null;
  readonly elapsedTime: number | null;
  /** All efforts of the athlete on the segment, oldest first. */
  readonly history: readonly {
    readonly activityId: Id;
    readonly local: LocalTime;
    readonly elapsedTime: number;
  }[];
}

/** A climb or a descent; metres, seconds with the pauses, and per cent, all positive. */
export interface ActivityClimb {
  /** Where it starts, from the start of the activity. */
  readonly start: number | null;
  readonly length: number;
  readonly gain: number;
  readonly gradient: number | null;
  /** Over its steepest 100 m. */
  readonly steepest: number | null;
  /** As Strava's `climb_category`: 0 for none, 1 for category 4, to 4 for category 1, 5 for HC. */
  readonly category: number | null;
  readonly seconds: number;
}

/** What an activity reached over a duration. */
export interface DurationBest {
  readonly seconds: number;
  /** The athlete's best in the sport, in the year up to the activity; null where it is unknown. */
  readonly yearBest: number | null;
}

/** `GET /api/v1/activities/ID`. */
export interface ActivityDetail extends ActivitySummary {
  readonly athleteName: string;
  readonly description: string;
  readonly elapsedTime: number | null;
  readonly averageSpeed: number | null;
  readonly maxSpeed: number | null;
  readonly heartrate: number | null;
  readonly maxHeartrate: number | null;
  readonly watts: number | null;
  readonly maxWatts: number | null;
  readonly cadence: number | null;
  readonly temperature: number | null;
  readonly calories: number | null;
  readonly kudos: number | null;
  readonly gear: string;
  readonly device: string;
  readonly timeZone: string;
  /** Of the start: the city, its region and its country; empty where it is unknown. */
  readonly place: string;
  readonly isManual: boolean;
  readonly isPrivate: boolean;
  readonly isCommute: boolean;
  readonly isTrainer: boolean;
  readonly isOfExport: boolean;
  readonly sampleCount: number | null;
  /** The stored track as an encoded polyline with five digits, also without a recording; empty without GPS. */
  readonly line: string;
  /** Why the recording is missing or parked; empty otherwise. */
  readonly streamsReason: string;
  readonly laps: readonly Lap[];
  /** Time by Strava's zones of the athlete where they are stored, else in steps of the heart rate. */
  readonly heartrateZones: readonly Zone[];
  /** Time by Strava's zones of the athlete; empty where they are not stored. */
  readonly powerZones: readonly Zone[];
  readonly bestDistances: readonly { readonly meters: number; readonly seconds: number }[];
  readonly bestPowers: readonly (DurationBest & { readonly watts: number })[];
  readonly bestHeartrates: readonly (DurationBest & { readonly bpm: number })[];
  /** In the order of the way. */
  readonly climbs: readonly ActivityClimb[];
  readonly descents: readonly ActivityClimb[];
  readonly segmentEfforts: readonly SegmentEffort[];
  /** The other activities on the same way, newest first. */
  readonly sameRoute: readonly ActivitySummary[];
  readonly stravaUrl: string;
}

/**
 * `GET /api/v1/activities/ID/streams?points=2000`: two points for each bucket of samples, with each
 * stream's minimum and maximum in the order in which they occur; the samples themselves where they fit.
 */
export interface ActivityStreams {
  readonly sampleCount: number;
  readonly points: number;
  /** By Strava's key (`latlng` as `lat` and `lng`); each as long as `points`, null for a gap. */
  readonly streams: Readonly<Record<string, readonly (number | null)[]>>;
}
