/**
 * The task that fetches the streams of a stored activity.
 */
import type { StreamsTask } from '../../domain/sync/fetch-task.ts';
import { toNumber } from '../base/bson-value.ts';
import type { ActivityDocument } from '../schema/collections.ts';

export type RecordingFields = Pick<
  ActivityDocument,
  '_id' | 'start_date' | 'elapsed_time' | 'sync'
>;

export function streamsTask(
  { _id, start_date, elapsed_time, sync }: RecordingFields,
  freshFrom: Date,
): StreamsTask {
  const { tries, may_come_until: mayComeUntil } = sync.streams;
  return {
    kind: 'streams',
    activityId: toNumber(_id),
    isFresh: start_date >= freshFrom,
    startAt: start_date,
    elapsedS: typeof elapsed_time === 'number' ? elapsed_time : 0,
    firstSeenAt: sync.first_seen_at,
    ...(mayComeUntil && { mayComeUntil }),
    recordingHash: sync.recording_hash,
    tries,
  };
}
