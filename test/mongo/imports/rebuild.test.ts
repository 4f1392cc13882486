import type { Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import type { TrackSource } from '../../../src/domain/derived/recorded-track.ts';
import { currentIds, rebuildActivities } from '../../../src/features/rebuild/store.ts';
import { createImportStore } from '../../../src/mongo/imports/create-import-store.ts';
import { useAdapter } from '../adapter.ts';
import { id, importedOf, importWrite } from './exports.ts';

const adapter = useAdapter();

beforeEach(() => adapter.empty());

async function stored(): Promise<Document> {
  return (await adapter.database.db.collection('activities').findOne()) ?? {};
}

const rebuild = async (trackSource: TrackSource) =>
  (await rebuildActivities(adapter.store, [id], trackSource).next()).value?.[0];

describe('a rebuild of an imported activity', () => {
  it.each(['summary', 'streams'] as const)(
    'a rebuild of an imported activity makes again what its recording gives, with SYNC_TRACK=%s',
    async (trackSource) => {
      const imports = createImportStore(adapter.store, { trackSource });
      await imports.write(importWrite(), importedOf());
      const before = await stored();
      expect(before['track']).toBeDefined();
      expect(await currentIds(adapter.store, [id], trackSource)).toEqual(new Set([id]));
      expect(await rebuild(trackSource)).toBe('unchanged');
      expect(await stored()).toEqual(before);
      const lost = { $unset: { derived: '', track: '', start_point: '', 'sync.track_source': '' } };
      await adapter.database.db.collection('activities').updateOne({}, lost);
      expect(await currentIds(adapter.store, [id], trackSource)).toEqual(new Set());
      expect(await rebuild(trackSource)).toBe('rebuilt');
      expect(await stored()).toEqual(before);
    },
  );

  it('a rebuild of an imported activity adds the local start that an earlier version left out', async () => {
    const imports = createImportStore(adapter.store, { trackSource: 'summary' });
    await imports.write(importWrite(), importedOf());
    const before = await stored();
    const earlier = { $unset: { 'derived.local': '' } } as const;
    await adapter.database.db.collection('activities').updateOne({}, earlier);
    expect(await currentIds(adapter.store, [id], 'summary')).toEqual(new Set());
    expect(await rebuild('summary')).toBe('rebuilt');
    expect(await stored()).toEqual(before);
  });

  it('a rebuild of an imported activity leaves one without a recording as it is', async () => {
    const imports = createImportStore(adapter.store, { trackSource: 'summary' });
    await imports.write(importWrite(), importedOf({ recording: { kind: 'none' } }));
    expect(await rebuild('summary')).toBe('unchanged');
  });
});
