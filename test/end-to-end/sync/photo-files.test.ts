import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { athleteId, printedJson, useScene } from '../../support/scene.ts';

const openScene = useScene();
const file = { endpoint: 'photo-file' } as const;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domestique-photos-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The files' paths in the folder. */
function filesIn(path: string): readonly string[] {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(path.length + 1)).sort();
}

describe("the photos' files", () => {
  it('sync stores the files of photos, fetches what failed with the next sync, and erase removes them', async () => {
    const { simulator, db, ...scene } = await openScene({
      activities: 4,
      env: { SYNC_PHOTOS: 'files', SYNC_PHOTOS_FOLDER: folder },
    });
    const { world, requests, faults } = simulator;
    const ids = world.activities(athleteId).map(({ id }) => id);
    for (const id of ids) world.editActivity(id, { total_photo_count: 2 });
    faults.next('html-200', 1, file);
    const { exitCode, stderr } = await scene.run('sync');
    expect(exitCode, stderr).toBe(0);
    expect(filesIn(folder)).toHaveLength(7);
    const [athlete] = printedJson(await scene.call('status', '--json'))['athletes'] as object[];
    expect(athlete).toMatchObject({
      photos: { files: 7, waiting: 1, problem: expect.stringMatching('no photo') as string },
    });
    await db
      .collection('activities')
      .updateMany({}, { $unset: { 'sync.photo_files.next_try_at': '' } });
    const requested = requests.count('photos');
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(requests.count('photos')).toBe(requested);
    expect(requests.count(file)).toBe(9);
    expect(
      requests.entries.filter((one) => one.endpoint === 'photo-file' && one.isCounted),
    ).toEqual([]);
    const stored = await Promise.all(ids.map((id) => scene.stored(id)));
    const paths = stored.flatMap((one) => one?.['photo_files'] as { readonly path: string }[]);
    expect(filesIn(folder)).toEqual(paths.map(({ path }) => path).sort());
    for (const { path } of paths) expect(readFileSync(join(folder, path), 'utf8')).toMatch(/^GIF/);
    await db
      .collection('activities')
      .updateOne({}, { $set: { 'sync.photo_files': { state: 'none', tries: 0 } } });
    expect((await scene.call('status')).stdout).toContain(
      '8 files, 1 MB; 1 activity without some, which are gone',
    );
    const erased = await scene.call('erase', '--athlete', String(athleteId), '--yes', '--json');
    expect(printedJson(erased)).toMatchObject({ deleted: { activities: 4, photo_files: 8 } });
    expect(filesIn(folder)).toEqual([]);
  });
});
