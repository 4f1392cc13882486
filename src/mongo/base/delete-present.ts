/**
 * Deletions that mostly find nothing, as those of what is too old.
 */
import type { Collection, Document, Filter } from 'mongodb';

/** Deletes what matches. It looks first, because a deletion of nothing waits for a majority like any write. */
export async function deletePresent<T extends Document>(
  collection: Collection<T>,
  filter: Filter<T>,
): Promise<void> {
  const found = await collection.countDocuments(filter, { limit: 1 });
  if (found > 0) await collection.deleteMany(filter);
}
