/**
 * The efforts of an activity on segments, with the athlete's earlier and later ones. Only details have them.
 */
import type { Document } from 'mongodb';
import { int64 } from '../../../../mongo/base/bson-value.ts';
import type { Store } from '../../../../mongo/schema/collections.ts';
import { measured } from '../../../../queries/recipe.ts';
import type { SegmentEffort } from '../types/activity.ts';
import { documentsOf, idOf, localTimeOf, measureOf, textOf } from '../values.ts';

/** The newest ones of each segment: a way to work is ridden thousands of times. */
const maxHistory = 500;
/** More than Strava finds on any activity of a day. */
const maxSegments = 200;

export async function segmentEffortsOf(
  store: Store,
  athleteId: number,
  activity: Document,
): Promise<readonly SegmentEffort[]> {
  const efforts = documentsOf(activity['segment_efforts'])
    .map((effort) => ({ effort, segment: Object(effort['segment']) as Document }))
    .filter(({ segment }) => idOf(segment['id']) !== '')
    .slice(0, maxSegments);
  if (efforts.length === 0) return [];
  const ids = efforts.map(({ segment }) => segment['id'] as unknown);
  const histories = await readHistories(store, athleteId, ids);
  return efforts.map(({ effort, segment }) => ({
    segmentId: idOf(segment['id']),
    name: textOf(segment['name']) || textOf(effort['name']),
    distance: measureOf(segment['distance']) ?? measureOf(effort['distance']),
    elapsedTime: measureOf(effort['elapsed_time']),
    history: histories.get(idOf(segment['id'])) ?? [],
  }));
}

async function readHistories(
  { db }: Store,
  athleteId: number,
  ids: readonly unknown[],
): Promise<ReadonlyMap<string, SegmentEffort['history']>> {
  const found = await db
    .collection('activities')
    .aggregate([
      {
        $match: { 'sync.athlete_id': int64(athleteId), 'segment_efforts.segment.id': { $in: ids } },
      },
      { $project: { start_date: 1, start_date_local: 1, effort: '$segment_efforts' } },
      { $unwind: '$effort' },
      { $match: { 'effort.segment.id': { $in: ids }, 'effort.elapsed_time': measured } },
      { $sort: { start_date: 1, _id: 1 } },
      {
        $group: {
          _id: '$effort.segment.id',
          history: {
            $lastN: {
              n: maxHistory,
              input: {
                activity: '$_id',
                local: '$start_date_local',
                seconds: '$effort.elapsed_time',
              },
            },
          },
        },
      },
    ])
    .toArray();
  return new Map(
    found.map((one) => [idOf(one['_id']), documentsOf(one['history']).map(pastEffortOf)]),
  );
}

function pastEffortOf({ activity, local, seconds }: Document): SegmentEffort['history'][number] {
  return {
    activityId: idOf(activity),
    local: localTimeOf(local),
    elapsedTime: measureOf(seconds) ?? 0,
  };
}
