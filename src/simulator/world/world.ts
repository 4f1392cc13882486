/**
 * The truth of the simulated Strava, and the ways to change it as athletes do: late uploads, edits,
 * crops, deletions. It gives what a client with every scope would receive, so
 * that a test can compare.
 */
import type { Clock } from '../../clock.ts';
import { createActivity } from './activity.ts';
import type { Activity } from './activity.ts';
import { inventFacts, inventHistory } from './activity-generation.ts';
import type { AthleteSpec } from './activity-generation.ts';
import { createActivityShelf } from './activity-shelf.ts';
import type { ActivityShelf } from './activity-shelf.ts';
import { applyEdits, draftOf, measuresOf, wayOf } from './activity-edits.ts';
import type { ActivityChanges, UploadOptions } from './activity-edits.ts';
import { cropOf } from './activity-crop.ts';
import { athleteOf } from './athlete.ts';
import { detailOf } from './detail.ts';
import type { JsonRecord } from '../api/json-text.ts';
import { createRandom } from './random.ts';
import { streamsOf } from './stream-generation.ts';
import type { StreamSet } from './stream-set.ts';
import { shownStartMs, summaryOf } from './summary.ts';
import { recordingOf } from './uploaded-recording.ts';
import type { UploadedRecording } from './uploaded-recording.ts';
import type { SummaryRecord } from './summary.ts';

/** A webhook's event, still without subscription and time. */
export interface WorldEvent {
  readonly object_type: 'activity' | 'athlete';
  readonly object_id: number;
  readonly aspect_type: 'create' | 'update' | 'delete';
  readonly updates: Readonly<Record<string, string>>;
  readonly owner_id: number;
}

/** One activity in short. */
export interface ActivityTruth {
  readonly id: number;
  /** The start as it is shown. */
  readonly startAt: Date;
  readonly isPrivate: boolean;
  readonly isManual: boolean;
  readonly hasStreams: boolean;
}

export interface World {
  /** Whether changes are sent to a webhook subscription; true unless set otherwise. */
  emitsEvents: boolean;
  readonly athletes: readonly AthleteSpec[];
  /** The athlete's record with every scope. */
  athlete(athleteId: number): JsonRecord;
  /** All activities of an athlete, newest first, private ones included. */
  activities(athleteId: number): readonly ActivityTruth[];
  /** The summary exactly as the list has it for `activity:read_all`. */
  summary(id: number): SummaryRecord;
  /** The detail exactly as the API sends it; ids beyond 2^53 are `bigint`s. */
  detail(id: number): JsonRecord;
  /** The streams exactly as the API sends them, key to data; null for a 404. */
  streams(id: number): StreamSet | null;
  /** What was uploaded, before any crop: its start and its streams; null where there is none. */
  recording(id: number): UploadedRecording | null;
  /** Uploads an activity with any start (`startAt`, or `start_date`), and returns its id. */
  addActivity(athleteId: number, fields?: ActivityChanges, options?: UploadOptions): number;
  /** Sets fields of the record (`undefined` removes one); `start_date` moves it in the list. */
  editActivity(id: number, changes: ActivityChanges): void;
  /** Cuts both ends off, in shares of the samples: streams, times, distance and polyline change. */
  cropActivity(id: number, span: { readonly from: number; readonly to: number }): void;
  deleteActivity(id: number): void;
  /** Shows the start as one second after the local midnight. */
  hideStartTime(id: number): void;
  /** Replaces the streams; null means that there are none. */
  setStreams(id: number, streams: StreamSet | null): void;
  /** Requests for the streams get a 404 until then. */
  withholdStreamsUntil(id: number, at: Date): void;
  /** The detail has no segment efforts until then. */
  withholdSegmentsUntil(id: number, at: Date): void;
}

export interface WorldParts {
  readonly world: World;
  readonly shelf: ActivityShelf;
}

/** Invents the athletes' histories. `onEvent` gets every change that a webhook would send. */
export function createWorld(options: {
  readonly seed: number;
  readonly athletes: readonly AthleteSpec[];
  readonly clock: Clock;
  readonly onEvent: (event: WorldEvent) => void;
}): WorldParts {
  const shelf = createActivityShelf();
  options.athletes.forEach((spec, athleteIndex) => {
    fillShelf(shelf, spec, { seed: options.seed, athleteIndex, endMs: options.clock.nowMs() });
  });
  const find = (id: number): Activity => {
    const activity = shelf.get(id);
    if (activity === undefined) throw new RangeError(`There is no activity ${id}.`);
    return activity;
  };
  const readers = createReaders({ ...options, shelf, find });
  const world: World = {
    emitsEvents: true,
    athletes: options.athletes,
    ...readers,
    ...createMutators({
      ...options,
      shelf,
      find,
      emit: (activity, aspect, updates) => {
        if (!world.emitsEvents) return;
        options.onEvent({
          object_type: 'activity',
          object_id: activity.facts.id,
          aspect_type: aspect,
          updates,
          owner_id: activity.facts.athleteId,
        });
      },
    }),
  };
  return { world, shelf };
}

interface WorldDeps {
  readonly seed: number;
  readonly athletes: readonly AthleteSpec[];
  readonly clock: Clock;
  readonly shelf: ActivityShelf;
  readonly find: (id: number) => Activity;
}

type Readers = Pick<
  World,
  'athlete' | 'activities' | 'summary' | 'detail' | 'streams' | 'recording'
>;
type Mutators = Omit<World, keyof Readers | 'emitsEvents' | 'athletes'>;

function createReaders({ athletes, clock, shelf, find }: WorldDeps): Readers {
  return {
    athlete: (athleteId) => athleteOf(specOf(athletes, athleteId), true),
    activities: (athleteId) =>
      shelf.ofAthlete(athleteId).map((activity) => ({
        id: activity.facts.id,
        startAt: new Date(shownStartMs(activity)),
        isPrivate: activity.facts.visibility === 'only_me',
        isManual: activity.facts.isManual,
        hasStreams: hasStreams(activity, clock.nowMs()),
      })),
    summary: (id) => summaryOf(find(id), 'owner'),
    detail: (id) => detailOf(find(id), 'owner', clock.nowMs()),
    streams: (id) => (clock.nowMs() < find(id).streamsFromMs ? null : streamsOf(find(id))),
    recording: (id) => recordingOf(find(id)),
  };
}

function createMutators(
  deps: WorldDeps & {
    readonly emit: (
      activity: Activity,
      aspect: WorldEvent['aspect_type'],
      updates: WorldEvent['updates'],
    ) => void;
  },
): Mutators {
  const { shelf, find, emit } = deps;
  let uploads = 0;
  const change = (id: number, alter: (activity: Activity) => void): void => {
    const activity = find(id);
    alter(activity);
    shelf.touch(activity);
  };
  return {
    addActivity: (athleteId, wanted = {}, options = {}) => {
      specOf(deps.athletes, athleteId);
      const draft = draftOf({
        athleteId,
        wanted,
        options,
        upload: ++uploads,
        seed: deps.seed,
        nowMs: deps.clock.nowMs(),
      });
      const facts = { ...inventFacts(draft), ...wayOf(options, find), ...measuresOf(wanted) };
      const activity = createActivity(facts);
      applyEdits(activity, wanted);
      shelf.put(activity);
      emit(activity, 'create', {});
      return activity.facts.id;
    },
    editActivity: (id, changes) => {
      change(id, (activity) => {
        const updates = applyEdits(activity, changes);
        if (Object.keys(updates).length > 0) emit(activity, 'update', updates);
      });
    },
    cropActivity: (id, span) => {
      change(id, (activity) => {
        cropOf(activity, span);
      });
    },
    deleteActivity: (id) => {
      const activity = find(id);
      shelf.remove(id);
      emit(activity, 'delete', {});
    },
    hideStartTime: (id) => {
      change(id, (activity) => (activity.isStartHidden = true));
    },
    setStreams: (id, streams) => {
      change(id, (activity) => (activity.customStreams = streams));
    },
    withholdStreamsUntil: (id, at) => (find(id).streamsFromMs = at.getTime()),
    withholdSegmentsUntil: (id, at) => (find(id).segmentsFromMs = at.getTime()),
  };
}

function fillShelf(
  shelf: ActivityShelf,
  spec: AthleteSpec,
  seeds: { readonly seed: number; readonly athleteIndex: number; readonly endMs: number },
): void {
  const endMs = spec.endsAt?.getTime() ?? seeds.endMs;
  for (const facts of inventHistory(spec, { ...seeds, endMs })) {
    const activity = createActivity(facts);
    activity.isStartHidden = createRandom(facts.seed, 'hidden').chance(spec.hiddenStartShare ?? 0);
    shelf.put(activity);
  }
}

function specOf(athletes: readonly AthleteSpec[], athleteId: number): AthleteSpec {
  const spec = athletes.find(({ id }) => id === athleteId);
  if (spec === undefined) throw new RangeError(`There is no athlete ${athleteId}.`);
  return spec;
}

function hasStreams(activity: Activity, nowMs: number): boolean {
  if (nowMs < activity.streamsFromMs) return false;
  return activity.customStreams === undefined
    ? activity.facts.samples > 0
    : activity.customStreams !== null;
}
