import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPhotos } from '../../../src/features/doctor/disk.ts';

let path: string;

beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), 'domestique-photos-'));
});

afterAll(() => rm(path, { recursive: true }));

describe("the folder of the photos' files", () => {
  it('doctor finds a folder that cannot be made, and only where photos are fetched', async () => {
    const taken = join(path, 'taken');
    await writeFile(taken, '');
    const folder = join(taken, 'photos');
    expect(await checkPhotos({ isOn: true, folder }, 0)).toMatchObject([{ mark: 'failed' }]);
    expect(await checkPhotos({ isOn: false, folder }, 0)).toEqual([]);
  });

  it('doctor says how much room a disk of its own has', async () => {
    const folder = join(path, 'photos');
    const { dev } = await stat(path);
    expect(await checkPhotos({ isOn: true, folder }, dev)).toEqual([]);
    const [finding] = await checkPhotos({ isOn: true, folder }, dev + 1);
    expect(finding?.found).toMatch(/^The disk of the photos' files has \d+\.\d GB free\.$/);
  });
});
