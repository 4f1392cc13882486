/**
 * `activities/ID/streams`: a recording with so many points as a plot has.
 */
import type { Context } from 'hono';
import { findRecording } from '../../../../mongo/streams/recordings.ts';
import type { PageSource } from '../../source.ts';
import { bucketed } from './buckets.ts';
import { ApiFailure, databaseOf, readId, unknownActivity } from '../responses.ts';
import type { ActivityStreams } from '../types/activity.ts';

const defaultPoints = 2_000;
const maxPoints = 20_000;

/** An activity without a recording has none of the streams. */
export async function respondWithStreams(context: Context, source: PageSource): Promise<Response> {
  const id = readId('An activity', context.req.param('id') ?? '');
  const wanted = pointsParameter(context);
  const recording = await findRecording(databaseOf(source).store, id);
  if (recording === undefined) throw unknownActivity(id);
  const streams = recording.streams ?? { sampleCount: 0, arrays: new Map() };
  const answer = { sampleCount: streams.sampleCount, ...bucketed(streams, wanted) };
  return context.json<ActivityStreams>(answer);
}

/** @throws ApiFailure with 400 */
function pointsParameter(context: Context): number {
  const text = context.req.query('points') ?? String(defaultPoints);
  const points = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (points >= 2 && points <= maxPoints) return points;
  throw new ApiFailure(
    400,
    `points takes a whole number from 2 to ${maxPoints}; not "${text.slice(0, 40)}".`,
  );
}
