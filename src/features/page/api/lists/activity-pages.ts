/**
 * Reads all activities page by page, the newest uploads first: their ids rise, and each page can be read
 * again.
 */
import type { Document } from 'mongodb';
import type { Store } from '../../../../mongo/schema/collections.ts';

const pageSize = 200;

/** Documents without an id or an athlete are left out, as by every command. */
export async function* activityPages(
  { db }: Store,
  filter: Document,
  projection: Document,
): AsyncGenerator<readonly Document[]> {
  for (let last: unknown = Number.POSITIVE_INFINITY; ;) {
    const page = await db
      .collection('activities')
      .find({ ...filter, _id: { $gt: 0, $lt: last }, 'sync.athlete_id': { $gt: 0 } } as Document, {
        projection,
      })
      .sort({ _id: -1 })
      .limit(pageSize)
      .toArray();
    yield page;
    if (page.length < pageSize) return;
    last = page.at(-1)?._id;
  }
}
