/** What an import leaves in the database, to compare two of them. */
import type { Db, Document } from 'mongodb';

export interface Content {
  readonly activities: readonly Document[];
  readonly streams: readonly Document[];
}

/** When and under which lease something was written. */
const circumstances = [
  ...['sync.epoch', 'sync.fetched_at', 'sync.first_seen_at', 'sync.streams.fetched_at'],
  'export.imported_at',
];

/** Whether there is a route: its id is random. */
const hasRoute = { $set: { 'derived.route': { $type: '$derived.route' } } };

/** Strava's list and detail write a missing polyline differently, as null or as an empty text. */
const withPolyline = {
  $set: { 'map.summary_polyline': { $ifNull: ['$map.summary_polyline', ''] } },
};

/** Activities and streams, without when they were written, and without the fields that are left out. */
export async function contentOf(db: Db, leftOut: readonly string[] = []): Promise<Content> {
  return {
    activities: await read(
      db,
      'activities',
      { _id: 1 },
      [...circumstances, ...leftOut],
      [hasRoute, withPolyline],
    ),
    streams: await read(db, 'streams', { activity_id: 1, part: 1 }, ['_id', 'epoch', 'fetched_at']),
  };
}

function read(
  db: Db,
  name: string,
  sort: Document,
  leftOut: readonly string[],
  more: readonly Document[] = [],
): Promise<Document[]> {
  const project = Object.fromEntries(leftOut.map((key) => [key, 0]));
  return db
    .collection(name)
    .aggregate([{ $sort: sort }, { $project: project }, ...more])
    .toArray();
}
