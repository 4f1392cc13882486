import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDeletionStore } from '../src/mongo/deletion/deletion-store.ts';
import { withPhotoFiles } from '../src/photo-files.ts';
import { createPhotoFolder } from '../src/strava/photo-folder.ts';
import type { DeletionStore } from '../src/sync/ports/deletions.ts';
import { useAdapter } from './mongo/adapter.ts';
import { athleteId, fetchedAt, pageOf, recordOf } from './mongo/pages.ts';
import { createTestProgram } from './support/command/program.ts';

const adapter = useAdapter();
const [kept, removed] = [19_000_000_001, 19_000_000_002];
const dayMs = 86_400_000;
const at = new Date(fetchedAt.getTime() + dayMs);
const write = { athleteId, epoch: 1, at };
const content = { name: 'a.jpg', content: new Uint8Array(3) };
let path: string;

beforeEach(async () => {
  await adapter.empty();
  path = await mkdtemp(join(tmpdir(), 'domestique-photos-'));
});

afterEach(() => rm(path, { recursive: true, force: true }));

function deletionsOf(folder: string, retentionDays?: number): DeletionStore {
  const { config } = createTestProgram({ config: { SYNC_PHOTOS_FOLDER: folder } });
  const program = { config, log: pino({ level: 'silent' }) };
  const deletions = createDeletionStore(adapter.store, { retentionDays });
  return withPhotoFiles(deletions, program, adapter.store);
}

/** An activity whose photo's file is there. */
async function storeWithPhoto(id: number): Promise<void> {
  await adapter.activities.storePage(pageOf([recordOf(id, { total_photo_count: 1 })]));
  const task = { kind: 'activityPart', part: 'photos', activityId: id, tries: 0 } as const;
  await adapter.tasks.storeActivityPart({ ...write, at: fetchedAt }, task, [{ unique_id: 'a' }]);
  await createPhotoFolder(path).save(athleteId, id, content);
}

describe("the removal of photos' files", () => {
  it('the photos of a deleted activity go with it, and no others', async () => {
    await storeWithPhoto(kept);
    await storeWithPhoto(removed);
    await deletionsOf(path).deleteActivity(write, removed);
    expect(await createPhotoFolder(path).activityIds(athleteId)).toEqual([kept]);
  });

  it('photos that a kill left of a deleted activity go with the next sweep', async () => {
    await storeWithPhoto(kept);
    await storeWithPhoto(removed);
    const killed = createDeletionStore(adapter.store, { retentionDays: undefined });
    await killed.deleteActivity(write, removed);
    const folder = createPhotoFolder(path);
    expect(await folder.activityIds(athleteId)).toHaveLength(2);
    await deletionsOf(path).expire(write);
    expect(await folder.activityIds(athleteId)).toEqual([kept]);
  });

  it('the photos of an activity that a retention ends go with it', async () => {
    await storeWithPhoto(removed);
    const later = new Date(fetchedAt.getTime() + 3 * dayMs);
    await deletionsOf(path, 2).expire({ ...write, at: later });
    expect(await createPhotoFolder(path).activityIds(athleteId)).toEqual([]);
  });

  it('an empty database removes no photo', async () => {
    await storeWithPhoto(kept);
    await adapter.empty();
    await deletionsOf(path).expire(write);
    expect(await createPhotoFolder(path).activityIds(athleteId)).toEqual([kept]);
  });

  it('a folder that cannot be used keeps no activity from being deleted', async () => {
    const taken = join(path, 'taken');
    await writeFile(taken, '');
    await adapter.activities.storePage(pageOf([recordOf(removed)]));
    const deletions = deletionsOf(taken);
    await deletions.deleteActivity(write, removed);
    await deletions.expire(write);
    expect(await deletions.isStored({ athleteId, activityId: removed })).toBe(false);
  });
});
