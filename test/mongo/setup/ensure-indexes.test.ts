import type { Document } from 'mongodb';
import { describe, expect, it } from 'vitest';

import { prepareDatabase } from '../../../src/mongo/setup/ensure-indexes.ts';
import { storedCollections } from '../../support/mongodb/database.ts';
import { useAdapter } from '../adapter.ts';

const adapter = useAdapter();

async function indexesOf(name: string): Promise<readonly Document[]> {
  return adapter.database.db.collection(name).indexes();
}

async function shape(): Promise<unknown> {
  const collections = await storedCollections(adapter.database.db);
  const names = collections.map(({ collectionName }) => collectionName).toSorted();
  return Promise.all(names.map(async (name) => [name, await indexesOf(name)]));
}

describe('ensureIndexes', () => {
  it('the collections are created once for concurrent and repeated calls', async () => {
    const before = await shape();
    await prepareDatabase(adapter.store);
    expect(await shape()).toEqual(before);
    await adapter.database.clear();
    await Promise.all([1, 2, 3].map(() => prepareDatabase(adapter.store)));
    expect(await shape()).toEqual(before);
  });

  it('the streams are compressed with zstd', async () => {
    const [streams] = await adapter.database.db.listCollections({ name: 'streams' }).toArray();
    expect(JSON.stringify(streams)).toContain('block_compressor=zstd');
    const stats: Document = await adapter.database.db.command({ collStats: 'streams' });
    expect(JSON.stringify(stats['wiredTiger'])).toContain('block_compressor=zstd');
  });

  it('positions are indexed, and parts of streams are unique', async () => {
    const keys = async (name: string): Promise<readonly unknown[]> =>
      (await indexesOf(name)).map(({ key }): unknown => key);
    const route = { track: '2dsphere', 'sync.athlete_id': 1, distance: 1 };
    const positions = (await keys('activities')).filter((key) =>
      Object.values(key as Document).includes('2dsphere'),
    );
    expect(positions).toEqual(expect.arrayContaining([route, { start_point: '2dsphere' }]));
    // Each index of tracks costs every write of an activity a third of its CPU.
    expect(positions).toHaveLength(2);
    const parts = (await indexesOf('streams')).find(({ unique }) => unique === true);
    expect(parts?.['key']).toEqual({ activity_id: 1, part: 1 });
  });

  it('webhook events expire after a day', async () => {
    expect(await indexesOf('events')).toContainEqual(
      expect.objectContaining({ key: { received_at: 1 }, expireAfterSeconds: 86_400 }),
    );
  });
});
