/**
 * `activities/ID`: one activity with everything that belongs to it but the samples of its recording.
 */
import type { Document } from 'mongodb';
import { int64 } from '../../../../mongo/base/bson-value.ts';
import type { Store } from '../../../../mongo/schema/collections.ts';
import { recipeNamed } from '../../../../queries/recipes.ts';
import { activityAddress } from '../../../shared/activity-id.ts';
import { answerOf } from '../../../shared/answer.ts';
import { placeText } from '../../../shared/text/place-text.ts';
import { athleteNameOf } from '../names.ts';
import { unknownActivity } from '../responses.ts';
import { curvesOf } from './curves.ts';
import { segmentEffortsOf } from './segment-history.ts';
import { summaryFields, summaryOf } from '../summary.ts';
import { polylineOf, trackPositions } from '../lists/tracks.ts';
import type { ActivitySummary } from '../types/common.ts';
import type { ActivityClimb, ActivityDetail, Lap } from '../types/activity.ts';
import { documentsOf, flagOf, measureOf, numberOf, textOf } from '../values.ts';
import { heartrateZonesOf, powerZonesOf } from './zones.ts';

/** What is long and not shown. */
const projection = {
  'derived.cells': 0,
  'export.row': 0,
  map: 0,
  splits_metric: 0,
  best_efforts: 0,
};

/** The newest ones of a way that is taken every day. */
const maxSameRoute = 100;

/** @throws ApiFailure with 404 where there is none. */
export async function readActivity(store: Store, id: number): Promise<ActivityDetail> {
  const { db } = store;
  const filter: Document = { _id: int64(id), 'sync.athlete_id': { $gt: 0 } };
  const activity = await db.collection('activities').findOne(filter, { projection });
  if (activity === null) throw unknownActivity(id);
  const summary = summaryOf(activity);
  const athleteId = Number(summary.athleteId);
  const nameOf = (collection: string, one: unknown): Promise<Document | null> =>
    db.collection(collection).findOne({ _id: one } as Document, {
      projection: { name: 1, firstname: 1, lastname: 1 },
    });
  const [athlete, gear, heartrateZones, powerZones, curves, segmentEfforts, sameRoute] =
    await Promise.all([
      nameOf('athletes', int64(athleteId)),
      nameOf('gear', textOf(activity['gear_id'])),
      heartrateZonesOf(store, id, activity),
      powerZonesOf(store, id),
      curvesOf(store, activity),
      segmentEffortsOf(store, athleteId, activity),
      sameRouteAs(store, id),
    ]);
  return {
    ...summary,
    ...measuresOf(activity),
    ...flagsOf(activity),
    ...recordingOf(activity),
    ...curves,
    athleteName: athleteNameOf(athlete ?? {}),
    description: textOf(activity['description']),
    gear: textOf(gear?.['name']) || textOf(activity['gear_id']),
    device: textOf(activity['device_name']),
    timeZone: textOf(activity['timezone']).replace(/^\([^)]*\) */, ''),
    place: placeText(activity),
    line: polylineOf(trackPositions((Object(activity['track']) as Document)['coordinates'])),
    laps: documentsOf(activity['laps']).map(lapOf),
    heartrateZones,
    powerZones,
    segmentEfforts,
    sameRoute,
    stravaUrl: activityAddress(id),
  };
}

function measuresOf(activity: Document) {
  return {
    elapsedTime: measureOf(activity['elapsed_time']),
    averageSpeed: measureOf(activity['average_speed']),
    maxSpeed: measureOf(activity['max_speed']),
    heartrate: measureOf(activity['average_heartrate']),
    maxHeartrate: measureOf(activity['max_heartrate']),
    watts: measureOf(activity['average_watts']),
    maxWatts: measureOf(activity['max_watts']),
    cadence: measureOf(activity['average_cadence']),
    temperature: numberOf(activity['average_temp']),
    calories: measureOf(activity['calories']),
    kudos: measureOf(activity['kudos_count']),
  };
}

function flagsOf(activity: Document) {
  return {
    isManual: flagOf(activity['manual']),
    isPrivate: flagOf(activity['private']) || activity['visibility'] === 'only_me',
    isCommute: flagOf(activity['commute']),
    isTrainer: flagOf(activity['trainer']),
  };
}

/** What is said of the recording, and what was computed from it. */
function recordingOf(activity: Document) {
  const { streams } = Object(activity['sync']) as { streams?: unknown };
  const { source, error, reason, sample_count } = Object(streams) as Document;
  const { best_distance, climbs, descents } = Object(activity['derived']) as Document;
  return {
    isOfExport: source === 'export',
    sampleCount: measureOf(sample_count),
    streamsReason: textOf(error) || textOf(reason),
    bestDistances: documentsOf(best_distance).flatMap((best) => {
      const [meters, seconds] = [measureOf(best['meters']), measureOf(best['seconds'])];
      return meters === null || seconds === null ? [] : [{ meters, seconds }];
    }),
    climbs: documentsOf(climbs).flatMap(climbOf),
    descents: documentsOf(descents).flatMap(climbOf),
  };
}

/** Nothing without a length, a gain and a time. */
function climbOf(climb: Document): readonly ActivityClimb[] {
  const length = measureOf(climb['length']);
  const gain = measureOf(climb['gain']);
  const seconds = measureOf(climb['seconds']);
  if (length === null || gain === null || seconds === null) return [];
  const start = measureOf(climb['from_m']);
  const [gradient, steepest] = [measureOf(climb['gradient']), measureOf(climb['steepest'])];
  return [
    { start, length, gain, gradient, steepest, category: measureOf(climb['category']), seconds },
  ];
}

function lapOf(lap: Document): Lap {
  return {
    name: textOf(lap['name']),
    distance: measureOf(lap['distance']),
    movingTime: measureOf(lap['moving_time']),
    climbing: measureOf(lap['total_elevation_gain']),
    heartrate: measureOf(lap['average_heartrate']),
    watts: measureOf(lap['average_watts']),
  };
}

async function sameRouteAs(store: Store, id: number): Promise<readonly ActivitySummary[]> {
  const order = { scope: { activity: int64(id) }, match: {} };
  const answer = (await answerOf(store, recipeNamed('same-route'), order)) ?? [];
  const ids = answer.slice(0, maxSameRoute).map((one) => one['_id'] as unknown);
  const found = await store.db
    .collection('activities')
    .find({ _id: { $in: ids } } as Document, { projection: summaryFields })
    .toArray();
  return found.map(summaryOf).toSorted((one, other) => other.start.localeCompare(one.start, 'en'));
}
