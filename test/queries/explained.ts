/**
 * The cost of a pipeline, as MongoDB explains it.
 */
import type { Db, Document } from 'mongodb';
import type { Pasted } from './pasted.ts';

export interface Cost {
  /** Documents and index entries that were read. */
  readonly documents: number;
  readonly keys: number;
  /** The documents that the reading stage returned. */
  readonly returned: number;
  readonly isScan: boolean;
}

export async function costOf(db: Db, { collection, pipeline, options }: Pasted): Promise<Cost> {
  const explained = await db
    .collection(collection)
    .aggregate(pipeline, options)
    .explain('executionStats');
  const stages = (explained['stages'] ?? []) as readonly Document[];
  const [first = {}] = stages;
  const reading = (first['$cursor'] ?? first['$geoNearCursor'] ?? explained) as Document;
  const stats = reading['executionStats'] as Document;
  return {
    documents: Number(stats['totalDocsExamined']),
    keys: Number(stats['totalKeysExamined']),
    returned: Number(stats['nReturned']),
    isScan: JSON.stringify(reading['queryPlanner']).includes('COLLSCAN'),
  };
}
