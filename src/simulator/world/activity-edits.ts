/**
 * The effect of an upload or an edit on an activity: its record, its place in the list, its visibility,
 * and the webhook's event.
 */
import type { Activity, ActivityFacts, Visibility } from './activity.ts';
import { boundsOf } from './activity-generation.ts';
import type { Draft } from './activity-generation.ts';
import type { JsonValue } from '../api/json-text.ts';
import { createRandom } from './random.ts';
import { sportOf } from './sports.ts';
import { summaryOf } from './summary.ts';
import type { SummaryRecord } from './summary.ts';

/** Fields of the record, under Strava's names; `undefined` removes one. */
export type ActivityChanges = {
  readonly [Key in keyof SummaryRecord]?: SummaryRecord[Key] | undefined;
};

/** How an upload was recorded, beyond the fields of its record. */
export interface UploadOptions {
  /** Any instant, also long ago; default three hours before now. */
  readonly startAt?: Date;
  /** How many points it has, or their bounds. */
  readonly samples?: number | readonly [number, number];
  /** The activity whose way it takes; without one, its own. */
  readonly onWayOf?: number;
}

const uploadedId = 19_900_000_000;

/** The source of a new activity's facts, as far as the caller does not give them. */
export function draftOf(upload: {
  readonly athleteId: number;
  readonly wanted: ActivityChanges;
  readonly options: UploadOptions;
  readonly upload: number;
  readonly seed: number;
  readonly nowMs: number;
}): Draft {
  const { wanted, options } = upload;
  const id = wanted.id ?? uploadedId + upload.upload * 1013;
  const startMs = options.startAt?.getTime() ?? upload.nowMs - 3 * 3_600_000;
  return {
    id,
    athleteId: upload.athleteId,
    seed: createRandom(upload.seed, id, 'activity').integer(0, 2 ** 31),
    startMs: Math.floor(startMs / 1000) * 1000,
    sport: sportOf(wanted.sport_type ?? 'Ride'),
    samples: boundsOf(options.samples ?? [200, 400]),
    isManual: wanted.manual ?? false,
    visibility: 'everyone',
  };
}

/** Applies the changes and returns the webhook's updates: only title, type and private. */
export function applyEdits(
  activity: Activity,
  changes: ActivityChanges,
): Readonly<Record<string, string>> {
  const before = summaryOf(activity, 'owner');
  // Only the record changes its sport: the recording stays the same.
  const sport = changes.sport_type === undefined ? {} : { type: sportOf(changes.sport_type).type };
  for (const [key, value] of Object.entries({ ...sport, ...changes })) {
    applyEdit(activity, key, value);
  }
  const after = summaryOf(activity, 'owner');
  const updates: Record<string, string> = {};
  if (after.name !== before.name) updates['title'] = after.name;
  if (after.sport_type !== before.sport_type) updates['type'] = after.type;
  if (after.private !== before.private) updates['private'] = String(after.private);
  return updates;
}

/** What an upload has of the activity whose way it takes. */
export function wayOf(
  { onWayOf }: UploadOptions,
  find: (id: number) => Activity,
): Partial<ActivityFacts> {
  if (onWayOf === undefined) return {};
  const { facts } = find(onWayOf);
  const { waySeed, place, distanceMeters, climbMeters, recording, isTrainer } = facts;
  return { waySeed, place, distanceMeters, climbMeters, recording, isTrainer };
}

/** The measures among the fields of an upload, so that its streams agree with them. */
export function measuresOf(wanted: ActivityChanges): Partial<ActivityFacts> {
  const moving = wanted.moving_time ?? wanted.elapsed_time;
  const elapsed = wanted.elapsed_time ?? moving;
  return {
    ...(wanted.distance === undefined ? {} : { distanceMeters: wanted.distance }),
    ...(moving === undefined ? {} : { movingSeconds: moving }),
    ...(elapsed === undefined ? {} : { elapsedSeconds: elapsed }),
  };
}

function applyEdit(activity: Activity, key: string, value: JsonValue | undefined): void {
  const known = knownFact(key, value);
  if (known === null) activity.edits.set(key, value);
  else {
    activity.edits.delete(key);
    activity.facts = { ...activity.facts, ...known };
  }
}

// Fields that more depends on than the record's own text; anything else, and anything odd under
// these names, is only shown.
function knownFact(key: string, value: JsonValue | undefined): Partial<ActivityFacts> | null {
  if (key === 'name' && typeof value === 'string') return { name: value };
  if (key === 'visibility' && isVisibility(value)) return { visibility: value };
  if (key === 'private' && typeof value === 'boolean') {
    return { visibility: value ? 'only_me' : 'everyone' };
  }
  if (key === 'start_date' && typeof value === 'string' && !Number.isNaN(Date.parse(value))) {
    return { startMs: Math.floor(Date.parse(value) / 1000) * 1000 };
  }
  return null;
}

function isVisibility(value: unknown): value is Visibility {
  return value === 'everyone' || value === 'followers_only' || value === 'only_me';
}
