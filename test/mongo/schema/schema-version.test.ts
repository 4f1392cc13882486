import { beforeEach, describe, expect, it } from 'vitest';

import { DatabaseNewerError } from '../../../src/errors.ts';
import { ensureVersion, schemaVersion } from '../../../src/mongo/schema/schema-version.ts';
import { storedCollections } from '../../support/mongodb/database.ts';
import { useScene } from '../../support/scene.ts';
import { useAdapter } from '../adapter.ts';

const adapter = useAdapter();
const openScene = useScene();
beforeEach(() => adapter.database.clear());

it('a fresh database gets the version of the program, even if two processes start at once', async () => {
  await Promise.all([1, 2].map(() => ensureVersion(adapter.store, new Date())));
  const found = await adapter.database.db.collection('schema').find().toArray();
  expect(found).toMatchObject([{ _id: 'database', version: schemaVersion }]);
});

describe('a database of a newer version', () => {
  async function makeNewer(): Promise<void> {
    const newer = { _id: 'database', version: schemaVersion + 1, updated_at: new Date() };
    await adapter.database.db.collection<{ _id: string }>('schema').insertOne(newer);
  }

  it('a database of a newer version is rejected by the version check', async () => {
    await makeNewer();
    await expect(ensureVersion(adapter.store, new Date())).rejects.toBeInstanceOf(
      DatabaseNewerError,
    );
  });

  it.each(['status', 'sync'])(
    'a database of a newer version is rejected by %s in one sentence, and stays unchanged',
    async (name) => {
      await makeNewer();
      const { uri, name: database } = adapter.database;
      const scene = await openScene({ activities: 0, isLoggedIn: false });
      const env = { MONGODB_URI: uri, MONGODB_DATABASE: database };
      const { exitCode, stderr, stdout } = await scene.runWith(env, name);
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toContain(
        `is of version ${schemaVersion + 1}, and this program knows version ${schemaVersion}: update the program.`,
      );
      const stored = await storedCollections(adapter.database.db);
      expect(stored.map(({ collectionName }) => collectionName)).toEqual(['schema']);
    },
  );
});
