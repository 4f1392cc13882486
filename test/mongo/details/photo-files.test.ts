import { Long, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PhotoFile } from '../../../src/domain/activity/photo-files.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { LeaseLostError } from '../../../src/errors.ts';
import { createPhotoStore } from '../../../src/mongo/details/photo-files.ts';
import { deleteActivity } from '../../../src/mongo/deletion/delete-activity.ts';
import type { DueFiles, PhotoStore } from '../../../src/sync/ports/photos.ts';
import { useAdapter } from '../adapter.ts';
import { examinedActivities } from '../examined.ts';
import { athleteId, fetchedAt, pageOf, recordOf } from '../pages.ts';

const adapter = useAdapter();
const id = 19_000_000_001;
const task = { kind: 'activityPart', part: 'photos', activityId: id, tries: 0 } as const;
const stored = { kind: 'stored' } as const;
const later = (hours: number): Date => new Date(fetchedAt.getTime() + hours * 3_600_000);
const write = (hours: number) => ({ athleteId, epoch: 1, at: later(hours) });
const photo = (name: string): JsonObject => ({
  unique_id: name,
  urls: { 5000: `https://photos.example.org/${name}.jpg?sig=1` },
});
const file: PhotoFile = {
  id: 'a',
  path: `${athleteId}/${id}/a.jpg`,
  bytes: 3,
  address: 'https://photos.example.org/a.jpg',
  fetchedAt: later(2),
};

let photos: PhotoStore;

beforeEach(async () => {
  await adapter.empty();
  photos = createPhotoStore(adapter.store);
  await adapter.activities.storePage(pageOf([recordOf(id, { total_photo_count: 1 })]));
});

async function listPhotos(names: readonly string[], hours = 1): Promise<DueFiles> {
  await adapter.tasks.storeActivityPart(write(hours), task, names.map(photo));
  const [due] = await photos.due(athleteId, later(hours));
  if (due === undefined) throw new Error('No photos are due.');
  return due;
}

async function document(): Promise<Document> {
  const activities = adapter.database.db.collection<{ _id: Long }>('activities');
  return (await activities.findOne({ _id: Long.fromNumber(id) })) ?? {};
}

const isDue = async (hours: number): Promise<boolean> =>
  (await photos.due(athleteId, later(hours))).length > 0;

describe("what is stored of the photos' files", () => {
  it('files are due once the list of photos is stored, and no more once they are', async () => {
    expect(await isDue(1)).toBe(false);
    const due = await listPhotos(['a']);
    expect(due).toEqual({
      activityId: id,
      photos: [{ id: 'a', address: 'https://photos.example.org/a.jpg?sig=1' }],
      files: [],
      tries: 0,
      addressesAt: later(1),
      isListOpen: false,
    });
    await photos.store(write(2), due, { files: [file], state: stored });
    const { fetchedAt: fetched_at, ...rest } = file;
    expect(await document()).toMatchObject({
      photo_files: [{ ...rest, fetched_at }],
      sync: { photo_files: { state: 'stored', tries: 0, fetched_at: later(2) } },
    });
    expect(await isDue(24 * 365)).toBe(false);
  });

  it('stored files stay when the summary changes, and are due with the next list of photos', async () => {
    await photos.store(write(2), await listPhotos(['a']), { files: [file], state: stored });
    const changed = recordOf(id, { total_photo_count: 2, distance: 12 });
    await adapter.activities.storePage(pageOf([changed], { fetchedAt: later(3) }));
    expect(await document()).toMatchObject({ photo_files: [{ id: 'a' }] });
    expect(await isDue(4)).toBe(false);
    expect((await listPhotos(['a', 'b'], 8)).files).toEqual([file]);
  });

  it('files of photos that are listed no more are due to be removed', async () => {
    await photos.store(write(2), await listPhotos(['a']), { files: [file], state: stored });
    expect(await listPhotos([], 3)).toMatchObject({ photos: [], files: [file] });
  });

  it('where all files are stored, the search for due ones reads no activity', async () => {
    await photos.store(write(2), await listPhotos(['a']), { files: [file], state: stored });
    const others = Array.from({ length: 30 }, (_, index) => recordOf(id + 1 + index));
    await adapter.activities.storePage(pageOf(others));
    const examined = await examinedActivities(adapter.database.db, async () => {
      expect(await isDue(3)).toBe(false);
    });
    expect(examined).toEqual([0]);
  });

  it('a try whose list was replaced meanwhile leaves the files due', async () => {
    const due = await listPhotos(['a']);
    await listPhotos(['b'], 2);
    await photos.store(write(3), due, { files: [file], state: stored });
    expect(await document()).not.toHaveProperty('photo_files');
    expect(await isDue(3)).toBe(true);
  });

  it('a failed try is due again at its time or after a manual retry, also where another try at the list has failed', async () => {
    const retry = { tries: 1, isParked: false, nextTryAt: later(5) };
    const failed = { kind: 'retry', retry, error: 'Reset.' } as const;
    await listPhotos(['a']);
    await adapter.tasks.postpone(write(2), task, retry, 'Bad.');
    const [due] = await photos.due(athleteId, later(2));
    expect(due).toMatchObject({ addressesAt: later(1), isListOpen: true });
    if (due) await photos.store(write(2), due, { files: [], state: failed });
    expect(await isDue(4)).toBe(false);
    expect(await photos.due(athleteId, later(5))).toMatchObject([{ tries: 1 }]);
    await adapter.activities.retryParked(athleteId);
    expect(await photos.due(athleteId, later(4))).toMatchObject([{ tries: 0 }]);
  });

  it('where Strava is asked again, the request for the list is due, and the files only after it', async () => {
    const due = await listPhotos(['a']);
    await photos.store(write(5), due, { files: [], state: { kind: 'askAgain' } });
    expect(await document()).toMatchObject({
      sync: { photos: { state: 'pending', tries: 0, fetched_at: later(1) } },
    });
    expect(await isDue(24)).toBe(false);
    await listPhotos(['a'], 25);
  });

  it('nothing is stored under an older lease', async () => {
    const due = await listPhotos(['a']);
    await adapter.activities.storePage(
      pageOf([recordOf(id, { name: 'x' })], { epoch: 2, fetchedAt: later(2) }),
    );
    const storing = photos.store(write(3), due, { files: [file], state: stored });
    await expect(storing).rejects.toThrow(LeaseLostError);
  });

  it('only an activity that was deleted, or whose photos a retention removed, keeps none', async () => {
    const [deleted, unknown, expired, unread] = [id + 1, id + 2, id + 3, id + 4];
    const records = [deleted, expired, unread].map((one) => recordOf(one));
    await adapter.activities.storePage(pageOf(records));
    await adapter.store.activities.updateOne(
      { _id: Long.fromNumber(expired) },
      { $set: { 'sync.photos': { state: 'none', tries: 0, reason: 'expired' } } },
    );
    await listPhotos(['a']);
    const startAt = new Date('2026-10-04T06:12:13Z');
    await deleteActivity(adapter.store, {
      ...{ activityId: deleted, athleteId, startAt, why: 'deleted', at: later(1), epoch: 1 },
    });
    const gone = await photos.withoutPhotos(athleteId, [id, deleted, unknown, expired, unread]);
    expect(gone.toSorted()).toEqual([deleted, expired]);
    expect(await photos.withoutPhotos(1002, [deleted, expired])).toEqual([]);
  });
});
