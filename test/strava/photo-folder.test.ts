import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutputFailedError } from '../../src/errors.ts';
import { createPhotoFolder } from '../../src/strava/photo-folder.ts';
import type { PhotoFolder } from '../../src/sync/ports/photos.ts';

const [athleteId, activityId] = [1001, 19_000_000_001];
const photo = { name: 'a.jpg', content: Buffer.from([1, 2, 3]) };
let root: string;
let folder: PhotoFolder;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'domestique-photos-'));
  folder = createPhotoFolder(join(root, 'photos'));
});

afterEach(() => rm(root, { recursive: true }));

describe("the photos' folder", () => {
  it('a photo is a whole file in the folder of its activity, for its owner alone', async () => {
    const path = await folder.save(athleteId, activityId, photo);
    expect(path).toBe('1001/19000000001/a.jpg');
    const file = join(root, 'photos', path);
    expect(await readFile(file)).toEqual(photo.content);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await folder.list(athleteId, activityId)).toEqual([{ name: 'a.jpg', path, bytes: 3 }]);
    expect(await folder.activityIds(athleteId)).toEqual([activityId]);
  });

  it('a photo takes the place of an earlier one, and nothing unfinished stays', async () => {
    await folder.save(athleteId, activityId, photo);
    await folder.save(athleteId, activityId, { ...photo, content: Buffer.from([4]) });
    const files = await readdir(join(root, 'photos', '1001', String(activityId)));
    expect(files).toEqual(['a.jpg']);
  });

  it('what a kill left unfinished is no file, and goes with the next try', async () => {
    await folder.save(athleteId, activityId, photo);
    const left = join(root, 'photos', '1001', String(activityId), 'x.part');
    await writeFile(left, '');
    expect(await folder.list(athleteId, activityId)).toHaveLength(1);
    await folder.keepOnly(athleteId, activityId, ['a.jpg']);
    expect(await readdir(join(left, '..'))).toEqual(['a.jpg']);
  });

  it('an activity without photos has no folder', async () => {
    await folder.save(athleteId, activityId, photo);
    await folder.keepOnly(athleteId, activityId, []);
    await folder.keepOnly(athleteId, activityId, []);
    expect(await folder.activityIds(athleteId)).toEqual([]);
  });

  it('an athlete is removed with all files, and another one stays', async () => {
    await folder.save(athleteId, activityId, photo);
    await folder.save(athleteId, activityId + 1, photo);
    await folder.save(1002, activityId, photo);
    expect(await folder.removeAthlete(athleteId)).toBe(2);
    expect(await folder.removeAthlete(athleteId)).toBe(0);
    expect(await folder.activityIds(1002)).toHaveLength(1);
  });

  it('a folder that cannot be used is one sentence with what to do', async () => {
    await writeFile(join(root, 'taken'), '');
    const taken = createPhotoFolder(join(root, 'taken'));
    const saving = taken.save(athleteId, activityId, photo);
    await expect(saving).rejects.toThrow(OutputFailedError);
    await expect(saving).rejects.toThrow(/taken cannot be used: .* SYNC_PHOTOS_FOLDER/);
  });
});
