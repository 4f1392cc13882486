/**
 * What a new summary makes of the state of an activity's streams. It writes nothing.
 */
import type { Document } from 'mongodb';
import type { ActivitySummary } from '../../domain/activity/activity.ts';
import { streamsMayComeMs } from '../../domain/sync/retry.ts';
import type { PageToStore } from '../../sync/ports/activities.ts';
import type { StreamsBookkeeping } from '../schema/collections.ts';
import { storedSince } from './part-states.ts';

/** When the summary was requested, and the periods whose activities were known before. */
export type StreamsContext = Pick<PageToStore, 'known' | 'fetchedAt'>;

/** The state of the streams of a new activity, or of a changed recording. */
export function initialStreams(
  { isManual, startAt }: ActivitySummary,
  { known, fetchedAt }: StreamsContext,
): StreamsBookkeeping {
  if (isManual) return { state: 'none', reason: 'entered by hand', tries: 0 };
  const startS = Math.floor(startAt.getTime() / 1_000);
  const isLate = known.some(({ fromS, toS }) => fromS <= startS && startS <= toS);
  const mayComeUntil = new Date(fetchedAt.getTime() + streamsMayComeMs);
  return { state: 'pending', tries: 0, ...(isLate && { may_come_until: mayComeUntil }) };
}

/** Keeps when the stored streams were fetched from the API, until others take their place. */
export function streamsAgain(summary: ActivitySummary, context: StreamsContext): Document {
  const initial = initialStreams(summary, context);
  if (initial.state === 'none') return { $literal: initial };
  const isOfExport = { $eq: ['$sync.streams.source', 'export'] };
  const fetchedAt = { $cond: [isOfExport, '$$REMOVE', storedSince('$sync.streams')] };
  return { $mergeObjects: [{ $literal: initial }, { fetched_at: fetchedAt }] };
}
