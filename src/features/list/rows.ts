/**
 * The stored activities as rows of a table.
 */
import type { Document } from 'mongodb';
import { placeText } from '../shared/text/place-text.ts';
import { startText } from '../shared/text/start-text.ts';

/** The projection that {@link rowOf} reads. */
export const shown = {
  name: 1,
  sport_type: 1,
  start_date: 1,
  start_date_local: 1,
  distance: 1,
  moving_time: 1,
  total_elevation_gain: 1,
  'derived.place': 1,
};

const columns = [
  '_id',
  'name',
  'sport_type',
  'start_date_local',
  'distance',
  'moving_time',
  'total_elevation_gain',
  'place',
];

/** With the start and the place in words, in the order of the columns; what is unknown is left out. */
export function rowOf(activity: Document): Document {
  const stored = activity as Readonly<Record<string, unknown>>;
  const row = {
    ...stored,
    start_date_local: startText(activity) || undefined,
    place: placeText(activity) || undefined,
  } as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    columns.filter((column) => row[column] !== undefined).map((column) => [column, row[column]]),
  );
}
