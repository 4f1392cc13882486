/**
 * An activity where several are listed.
 */
import type { Document } from 'mongodb';
import type { ActivitySummary, StreamsState } from './types/common.ts';
import { idOf, instantOrNull, localTimeOf, measureOf, textOf } from './values.ts';

/** The projection that {@link summaryOf} reads. */
export const summaryFields = {
  name: 1,
  sport_type: 1,
  start_date: 1,
  start_date_local: 1,
  distance: 1,
  moving_time: 1,
  total_elevation_gain: 1,
  'sync.athlete_id': 1,
  'sync.streams.state': 1,
} as const;

const states: readonly unknown[] = ['pending', 'stored', 'none', 'parked'] satisfies StreamsState[];

/** @param document an activity that was read with {@link summaryFields}. */
export function summaryOf(document: Document): ActivitySummary {
  const { start_date: start } = document as { start_date: unknown };
  const sync = Object(document['sync']) as { athlete_id?: unknown; streams?: unknown };
  return {
    id: idOf(document['_id']),
    athleteId: idOf(sync.athlete_id),
    name: textOf(document['name']),
    sport: textOf(document['sport_type']),
    start: instantOrNull(start) ?? '',
    local: localTimeOf(document['start_date_local']),
    distance: measureOf(document['distance']),
    movingTime: measureOf(document['moving_time']),
    climbing: measureOf(document['total_elevation_gain']),
    streams: streamsStateOf(sync.streams),
  };
}

/** A state of another kind counts as pending. */
export function streamsStateOf(streams: unknown): StreamsState {
  const { state } = Object(streams) as { state?: unknown };
  return states.includes(state) ? (state as StreamsState) : 'pending';
}
