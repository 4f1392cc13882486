/**
 * One activity as the simulator holds it: the few facts that everything else (summary, detail,
 * streams) is computed from, and its later changes. It holds no samples.
 */
import type { JsonValue } from '../api/json-text.ts';
import type { Sport } from './sports.ts';
import type { StreamSet } from './stream-set.ts';
import type { Place } from './timezones.ts';

export type Visibility = 'everyone' | 'followers_only' | 'only_me';

/** The channels of the device besides the time. */
export interface Recording {
  readonly hasGps: boolean;
  readonly hasHeartrate: boolean;
  readonly hasWatts: boolean;
  readonly hasCadence: boolean;
  readonly hasTemperature: boolean;
  /** Single elements of the streams are null. */
  readonly hasGaps: boolean;
}

/** The facts of an activity from its upload on, unless it is edited. */
export interface ActivityFacts {
  readonly id: number;
  readonly athleteId: number;
  readonly seed: number;
  /** The seed of the way: of its track, its profile and its segments. */
  readonly waySeed: number;
  readonly name: string;
  readonly sport: Sport;
  readonly place: Place;
  /** The true start; the shown one can be hidden. */
  readonly startMs: number;
  readonly elapsedSeconds: number;
  readonly movingSeconds: number;
  readonly distanceMeters: number;
  readonly climbMeters: number;
  /** How many points the device recorded; 0 for an activity without streams. */
  readonly samples: number;
  readonly recording: Recording;
  readonly isManual: boolean;
  readonly isTrainer: boolean;
  readonly isCommute: boolean;
  readonly visibility: Visibility;
  readonly gearId: string | null;
  /** An old or sparse record: most optional fields are absent. */
  readonly isSparse: boolean;
  /** Some numbers that Strava's specification calls integers are written as floats. */
  readonly hasFloatIntegers: boolean;
}

/** The part of an activity that a crop has left, in samples and in shares of the way. */
export interface Crop {
  readonly fromIndex: number;
  /** Included. */
  readonly toIndex: number;
  readonly fromShare: number;
  readonly toShare: number;
}

export interface Activity {
  facts: ActivityFacts;
  /** Fields that were edited; `undefined` means that the field is absent now. */
  readonly edits: Map<string, JsonValue | undefined>;
  isStartHidden: boolean;
  crop: Crop | null;
  /** Streams given by hand; null means that there are none; undefined that they are invented. */
  customStreams: StreamSet | null | undefined;
  streamsFromMs: number;
  segmentsFromMs: number;
}

/** A fresh activity, not yet edited. */
export function createActivity(facts: ActivityFacts): Activity {
  return {
    facts,
    edits: new Map(),
    isStartHidden: false,
    crop: null,
    customStreams: undefined,
    streamsFromMs: Number.NEGATIVE_INFINITY,
    segmentsFromMs: Number.NEGATIVE_INFINITY,
  };
}
