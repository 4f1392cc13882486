/**
 * The records that a database lost against the simulator's truth or holds twice: the two figures that
 * every scenario of the fault suite ends with.
 */
import type { Db } from 'mongodb';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import { differences } from '../mirror.ts';

export interface Losses {
  /** Activities and streams that are missing or different, one sentence each. */
  readonly lost: readonly string[];
  /** Stream documents beyond the first of the same activity and part. */
  readonly doubled: number;
}

export async function lossesOf(db: Db, simulator: Simulator, athleteId: number): Promise<Losses> {
  const [surplus] = await db
    .collection('streams')
    .aggregate<{ surplus: number }>([
      { $group: { _id: { activity: '$activity_id', part: '$part' }, count: { $sum: 1 } } },
      { $group: { _id: null, surplus: { $sum: { $subtract: ['$count', 1] } } } },
    ])
    .toArray();
  return { lost: await differences(db, simulator, athleteId), doubled: surplus?.surplus ?? 0 };
}
