/**
 * The JSON of `now` and `events`.
 */
import type { ActivitySummary, Id, Instant, StreamsState } from './common.ts';

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
