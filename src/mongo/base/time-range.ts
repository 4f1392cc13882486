/**
 * Filters for an athlete's activities of a time.
 */
import type { Document } from 'mongodb';
import type { TimeRange } from '../../sync/ports/activities.ts';
import { int64 } from './bson-value.ts';

/** The athlete's activities that started in a range. */
export function inRange(athleteId: number, range: TimeRange): Document {
  return { 'sync.athlete_id': int64(athleteId), ...startsIn(range) };
}

/** The same for several ranges, of which there has to be one. */
export function inRanges(athleteId: number, ranges: readonly TimeRange[]): Document {
  return { 'sync.athlete_id': int64(athleteId), $or: ranges.map(startsIn) };
}

function startsIn({ from, to }: TimeRange): Document {
  const bounds = { ...(from && { $gte: from }), ...(to && { $lt: to }) };
  return Object.keys(bounds).length > 0 ? { start_date: bounds } : {};
}
