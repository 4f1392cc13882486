import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canWriteIn, makeFolder, nearestFolder } from '../src/make-folder.ts';

describe('makeFolder', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domestique-folders-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('makeFolder makes the parents too, with the mode, and takes a folder that exists', async () => {
    const path = join(folder, 'a/b/c');
    await makeFolder(path, 0o700);
    await makeFolder(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o700);
  });

  it('makeFolder takes a link to a folder', async () => {
    await mkdir(join(folder, 'real'));
    await symlink('real', join(folder, 'link'));
    await makeFolder(join(folder, 'link'));
    await makeFolder(join(folder, 'link/sub'));
    expect((await stat(join(folder, 'real/sub'))).isDirectory()).toBe(true);
  });

  it('makeFolder fails for a file, a dangling link and a loop of links', async () => {
    await writeFile(join(folder, 'file'), '');
    await symlink('nowhere', join(folder, 'dangling'));
    await symlink('loop', join(folder, 'loop'));
    for (const [name, code] of [
      ['file', 'EEXIST'],
      ['file/sub', 'ENOTDIR'],
      ['dangling', 'ENOENT'],
      ['dangling/sub', 'ENOENT'],
      ['loop', 'ELOOP'],
      ['x'.repeat(300), 'ENAMETOOLONG'],
    ] as const) {
      await expect(makeFolder(join(folder, name)), name).rejects.toMatchObject({ code });
    }
  });

  it.runIf(process.platform === 'linux')(
    'makeFolder fails below /proc, and does not hang',
    async () => {
      await expect(makeFolder('/proc/domestique/data')).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );
});

describe('a folder', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domestique-access-'));
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'closed'), { mode: 0o500 });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    ['', true],
    ['not/there/yet', true],
    ['file', false],
    ['file/sub/folder', false],
  ])('a folder at %j can be written: %j', async (path, isPossible) => {
    expect(await canWriteIn(join(folder, path))).toBe(isPossible);
  });

  it.skipIf(process.getuid?.() === 0)(
    'a folder without the right to write cannot be written',
    async () => {
      expect(await canWriteIn(join(folder, 'closed'))).toBe(false);
      expect(await canWriteIn(join(folder, 'closed/sub'))).toBe(false);
    },
  );

  it('a folder that is not there yet has the nearest one above it', async () => {
    expect(await nearestFolder(join(folder, 'a/b'))).toBe(folder);
    expect(await nearestFolder('/')).toBe('/');
  });
});
