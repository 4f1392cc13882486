/**
 * What searches read of a collection, by the server's profile.
 */
import type { Db } from 'mongodb';

/** How many documents of the activities each search of `work` examined. The profile is of the whole database. */
export async function examinedActivities(
  db: Db,
  work: () => Promise<void>,
): Promise<readonly number[]> {
  await db.command({ profile: 2 });
  try {
    await work();
  } finally {
    await db.command({ profile: 0 });
  }
  const profile = db.collection<{ docsExamined?: number }>('system.profile');
  const reads = await profile.find({ ns: `${db.databaseName}.activities` }).toArray();
  await profile.drop();
  return reads.map(({ docsExamined = 0 }) => docsExamined);
}
