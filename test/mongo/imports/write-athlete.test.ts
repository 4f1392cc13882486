import type { Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { LeaseLostError } from '../../../src/errors.ts';
import { saveAthlete } from '../../../src/mongo/athletes/athletes.ts';
import { createImportStore } from '../../../src/mongo/imports/create-import-store.ts';
import type { ImportedAthlete } from '../../../src/mongo/imports/import-store.ts';
import { useAdapter } from '../adapter.ts';
import { athleteId } from '../pages.ts';
import { archivedAt, importedAt } from './exports.ts';

const adapter = useAdapter();

beforeEach(() => adapter.empty());

const ada: ImportedAthlete = {
  archivedAt,
  fields: { firstname: 'Ada', city: 'London', weight: 61.5 },
  gear: [{ name: 'Gravel' }],
};

function importAthlete(changes: Partial<ImportedAthlete> = {}, epoch = 1): Promise<void> {
  const imports = createImportStore(adapter.store, { trackSource: 'summary' });
  return imports.writeAthlete({ athleteId, epoch, at: importedAt }, { ...ada, ...changes });
}

async function stored(): Promise<Document> {
  return (await adapter.database.db.collection('athletes').findOne()) ?? {};
}

const newer = new Date('2026-10-03T00:00:00Z');

describe('the athlete of an export', () => {
  it('the athlete of an export has its profile and gear, twice imported the same', async () => {
    await importAthlete();
    const whole = {
      _id: athleteId,
      ...ada.fields,
      export: {
        archived_at: archivedAt,
        imported_at: importedAt,
        fields: ada.fields,
        gear: ada.gear,
      },
      sync: { epoch: 1 },
    };
    expect(await stored()).toEqual(whole);
    await importAthlete();
    expect(await stored()).toEqual(whole);
  });

  it('the athlete of an export keeps each field that the API brought, and takes over what a newer export changed', async () => {
    await importAthlete();
    await adapter.store.athletes.updateOne({}, { $set: { city: 'Vienna' } as object });
    await importAthlete({ archivedAt: newer, fields: { ...ada.fields, city: 'Rome', weight: 60 } });
    expect(await stored()).toMatchObject({ firstname: 'Ada', city: 'Vienna', weight: 60 });
    await importAthlete({ fields: { ...ada.fields, weight: 70 } });
    expect(await stored()).toMatchObject({ weight: 60, export: { archived_at: newer } });
  });

  it('the athlete of an export stays beside the profile of a login', async () => {
    await importAthlete();
    await saveAthlete(adapter.store, athleteId, { firstname: 'Ada L.', resource_state: 3 });
    expect(await stored()).toMatchObject({ firstname: 'Ada L.', export: { fields: ada.fields } });
  });

  it('the athlete of an export is not written under an older lease', async () => {
    await importAthlete({}, 5);
    await expect(importAthlete({ archivedAt: newer })).rejects.toThrow(LeaseLostError);
  });
});
