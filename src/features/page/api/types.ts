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

export interface AthleteNow {
  readonly id: Id;
  /** Empty where the profile is unknown. */
  readonly name: string;
  readonly activities: number;
  readonly streams: Readonly<Record<StreamsState, number>>;
  /** How many of the pending recordings are fetched: those before `SYNC_SINCE` are not. */
  readonly streamsToDo: number;
  /** How many of the stored recordings are of Strava's bulk export. */
  readonly streamsOfExport: number;
  /** Records of the list that could not be stored. */
  readonly unusableRecords: number;
  /** Back to when the list is known without a gap; null before the first page. */
  readonly listedSince: Instant | null;
  readonly newestStart: Instant | null;
  readonly oldestStart: Instant | null;
  readonly polledAt: Instant | null;
  /** False where no login keeps the activities current. */
  readonly isLoggedIn: boolean;
  /** Whether Strava's bulk export of the athlete was imported. */
  readonly hasExport: boolean;
  /** Why the login no longer works; null where it works. */
  readonly needsAuthorization: string | null;
  readonly deauthorizedAt: Instant | null;
}

export interface WindowNow {
  readonly used: number;
  readonly limit: number;
  readonly left: number;
  /** How many of the left ones are kept for today's activities. */
  readonly reserve: number;
  readonly resetsAt: Instant;
  readonly lengthSeconds: number;
}

/** What only the athlete can do. */
export interface Need {
  /** One sentence. */
  readonly text: string;
  /** The commands that the sentence names, to copy. */
  readonly commands: readonly string[];
}

export interface ChangeNow {
  readonly activityId: Id;
  readonly athleteId: Id;
  /** The activity's name; the last known one where it is gone. */
  readonly name: string;
  readonly at: Instant;
  /** "changed" or "deleted". */
  readonly kind: 'changed' | 'deleted';
  /** Strava's names of the fields that changed. */
  readonly fields: readonly string[];
}

export interface ParkedNow {
  readonly activityId: Id;
  readonly athleteId: Id;
  readonly name: string;
  readonly reason: string;
  readonly nextTryAt: Instant | null;
}

/** `GET /api/v1/now`, and each message of `GET /api/v1/events`: the figures of `status --json`. */
export interface Now {
  readonly version: string;
  /** When the figures were read. */
  readonly at: Instant;
  /** Whether MongoDB cannot be reached: the figures are the last ones. */
  readonly isStale: boolean;
  readonly units: 'metric' | 'imperial';
  readonly athletes: readonly AthleteNow[];
  readonly quota: {
    readonly short: WindowNow;
    readonly daily: WindowNow;
    /** When the next request is allowed; `at`, if it is allowed now. */
    readonly opensAt: Instant;
  };
  readonly toDo: {
    /** Recordings still to fetch. */
    readonly streams: number;
    /** About how long that takes, "2 days 3 hours"; empty where nothing is left. */
    readonly duration: string;
    readonly endsAt: Instant | null;
  };
  readonly daemons: readonly { readonly host: string; readonly startedAt: Instant }[];
  readonly lastRun: {
    readonly startedAt: Instant;
    readonly endedAt: Instant | null;
    /** Empty while it goes on. */
    readonly outcome: string;
  } | null;
  readonly nextRunAt: Instant | null;
  readonly needs: readonly Need[];
  /** The last ten of all athletes, and the last ten of each of the first ten, newest first. */
  readonly recent: readonly ActivitySummary[];
  /** As many as of `recent`. */
  readonly changes: readonly ChangeNow[];
  /** The first hundred. */
  readonly parked: readonly ParkedNow[];
}

/** `GET /api/v1/activities`: all of them as columns, newest first, with an ETag. */
export interface ActivityColumns {
  readonly count: number;
  readonly athletes: readonly { readonly id: Id; readonly name: string }[];
  /** Of activities and of the gear's own records; `name` is the id where it is unknown. */
  readonly gear: readonly { readonly id: string; readonly name: string }[];
  readonly sports: readonly string[];
  /** Each as long as `count`. */
  readonly columns: {
    readonly id: readonly Id[];
    /** Index into `athletes`. */
    readonly athlete: readonly number[];
    readonly name: readonly string[];
    /** Index into `sports`. */
    readonly sport: readonly number[];
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

export type TotalsBy = 'day' | 'week' | 'month' | 'year' | 'sport' | 'weekday';

/** `GET /api/v1/totals?by=week&athlete=ID&sport=Ride`. */
export interface Totals {
  readonly by: TotalsBy;
  readonly rows: readonly {
    /** "2026-11-22", "2026-W47", "2026-11", "2026", "Ride", or "1" (Monday) to "7". */
    readonly key: string;
    readonly activities: number;
    readonly distance: number;
    readonly movingTime: number;
    readonly climbing: number;
  }[];
}

/** `GET /api/v1/streaks?athlete=ID&sport=Ride`: series of days with an activity, the longest first. */
export interface Streaks {
  readonly rows: readonly { readonly from: string; readonly to: string; readonly days: number }[];
}

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

/** `GET /api/v1/activities/ID`. */
/** A climb; metres, seconds with the pauses, and per cent. */
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
  readonly bestPowers: readonly { readonly seconds: number; readonly watts: number }[];
  /** In the order of the way. */
  readonly climbs: readonly ActivityClimb[];
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
