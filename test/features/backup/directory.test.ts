import { spawnSync } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { BSON } from 'mongodb';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  BackupUnusableError,
  NoBackupError,
  OutputFailedError,
  UsageError,
} from '../../../src/errors.ts';
import { verifyBackup } from '../../../src/features/backup/read-directory.ts';
import { documentsIn } from '../../../src/features/backup/read-file.ts';
import { writeDirectory } from '../../../src/features/backup/write-directory.ts';
import { useAdapter } from '../../mongo/adapter.ts';
import { countsOf, noProgress, signal, takeBackup } from './fixture.ts';

const adapter = useAdapter();
let folder = '';
let path = '';
/** Of one collection within the backup. */
let activities = '';
let manifest = '';

beforeAll(async () => {
  const { db } = adapter.database;
  const unchecked = { bypassDocumentValidation: true };
  await db.collection('activities').insertMany([{ name: 'one' }, { name: 'two' }], unchecked);
  await db.collection('streams').insertOne({ distance: [1, 2.5, 3] }, unchecked);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domestique-backup-'));
  path = join(folder, 'backup');
  activities = join(path, adapter.database.name, 'activities.bson.gz');
  manifest = join(path, 'domestique-manifest.json');
  await takeBackup(adapter.store, path);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function verdict(at = path): Promise<string> {
  const error: unknown = await verifyBackup(at, { progress: noProgress, signal }).then(
    () => 'whole',
    (failure: unknown) => failure,
  );
  if (error === 'whole') return 'whole';
  if (!(error instanceof NoBackupError)) expect(error).toBeInstanceOf(BackupUnusableError);
  return (error as Error).message;
}

async function changeManifest(change: (text: string) => string): Promise<void> {
  await writeFile(manifest, change(await readFile(manifest, 'utf8')));
}

describe('the directory of a backup that is written', () => {
  it('a written backup is readable by its owner alone, and a checksum tool confirms its manifest', async () => {
    const { files } = JSON.parse(await readFile(manifest, 'utf8')) as {
      files: Record<string, { sha256: string; documents?: number }>;
    };
    const lines = Object.entries(files).map(([name, { sha256 }]) => `${sha256}  ${name}\n`);
    const checked = spawnSync('sha256sum', ['-c', '-'], { cwd: path, input: lines.join('') });
    expect(checked.status, String(checked.stderr)).toBe(0);
    expect(files[`${adapter.database.name}/activities.bson.gz`]?.documents).toBe(2);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    for (const name of [...Object.keys(files), 'domestique-manifest.json'])
      expect((await stat(join(path, name))).mode & 0o777).toBe(0o600);
  });

  it('a backup replaces an earlier one or an empty directory, also through a link, and leaves nothing beside it', async () => {
    await chmod(manifest, 0o644);
    await takeBackup(adapter.store, path);
    expect((await stat(manifest)).mode & 0o777).toBe(0o600);
    expect(await verdict()).toBe('whole');
    await mkdir(join(folder, 'empty'));
    await symlink('empty', join(folder, 'link'));
    await takeBackup(adapter.store, join(folder, 'link'));
    expect(await verdict(join(folder, 'empty'))).toBe('whole');
    expect((await readdir(folder)).toSorted()).toEqual(['backup', 'empty', 'link']);
  });

  it('a backup replaces nothing that is not a backup', async () => {
    const others: [string, () => Promise<unknown>][] = [
      ['a file beside the database', () => writeFile(join(path, 'constructor'), 'mine')],
      [
        'a file in a folder of its own',
        async () => {
          await rm(join(path, 'constructor'));
          await mkdir(join(path, 'other'));
          await writeFile(join(path, 'other', 'activities.bson.gz'), 'mine');
        },
      ],
      [
        'a file among the collections',
        async () => {
          await rm(join(path, 'other'), { recursive: true });
          await writeFile(`${activities}.old`, 'mine');
        },
      ],
      [
        'no manifest',
        async () => {
          await rm(`${activities}.old`);
          await rm(manifest);
        },
      ],
    ];
    for (const [what, change] of others) {
      await change();
      const before = await readdir(path, { recursive: true });
      const rejection = takeBackup(adapter.store, path);
      await expect(rejection, what).rejects.toThrow(UsageError);
      await expect(rejection).rejects.toThrow('holds something else than a backup of this program');
      expect(await readdir(path, { recursive: true })).toEqual(before);
    }
    await writeFile(join(folder, 'file'), '');
    const onFile = takeBackup(adapter.store, join(folder, 'file'));
    await expect(onFile).rejects.toThrow(`--out takes a directory; ${folder}/file is none.`);
    expect((await readdir(folder)).toSorted()).toEqual(['backup', 'file']);
  });

  it('a backup does not replace what appeared at its path while it was written', async () => {
    const begin = (): void => {
      void writeFile(join(path, 'notes.txt'), 'mine');
    };
    const taken = takeBackup(adapter.store, path, { progress: { ...noProgress, begin } });
    await expect(taken).rejects.toThrow(UsageError);
    expect(await readFile(join(path, 'notes.txt'), 'utf8')).toBe('mine');
    expect(await readdir(folder)).toEqual(['backup']);
  });

  it('the error names a directory that cannot be written, and a full disk leaves no partial backup', async () => {
    const absent = join(folder, 'absent', 'backup');
    await expect(takeBackup(adapter.store, absent)).rejects.toThrow(
      `${absent} cannot be written (ENOENT).`,
    );
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'write' });
    const filling = writeDirectory(
      path,
      async (write) => {
        await write('one.gz', [Buffer.from('begun')]);
        throw full;
      },
      signal,
    );
    await expect(filling).rejects.toThrow(OutputFailedError);
    await expect(filling).rejects.toThrow(`${path} cannot be written (ENOSPC).`);
    expect(await readdir(folder)).toEqual(['backup']);
    expect(await verdict()).toBe('whole');
  });

  it('a stopped backup leaves the earlier one unchanged', async () => {
    const before = await readFile(manifest);
    const stop = new AbortController();
    const advance = (): void => {
      stop.abort();
    };
    const stopping = takeBackup(adapter.store, path, {
      progress: { ...noProgress, advance },
      stop: stop.signal,
    });
    await expect(stopping).rejects.toThrow('aborted');
    expect(await readFile(manifest)).toEqual(before);
    expect(await readdir(folder)).toEqual(['backup']);
  });
});

describe('the directory of a backup that is read', () => {
  it('a backup with a truncated file is rejected', async () => {
    const whole = await readFile(activities);
    for (let length = whole.length - 1; length >= 0; length -= Math.ceil(whole.length / 10)) {
      await truncate(activities, length);
      expect(await verdict()).toBe(
        `${activities} is damaged or no backup: its checksum is wrong. Take another one.`,
      );
      await writeFile(activities, whole);
    }
  });

  it('a backup with a changed file is rejected although its compression is intact', async () => {
    for (const name of await readdir(join(path, adapter.database.name))) {
      const file = join(path, adapter.database.name, name);
      const whole = await readFile(file);
      const content = gunzipSync(whole);
      content[content.length >> 1] = (content[content.length >> 1] ?? 0) ^ 0x01;
      await writeFile(file, content.length === 0 ? 'more' : gzipSync(content));
      for (const given of [path, join(path, adapter.database.name)]) {
        const said = await verdict(given);
        expect(said).toContain(`${file} is damaged or no backup: its checksum is wrong`);
      }
      await writeFile(file, whole);
    }
    expect(await verdict()).toBe('whole');
  });

  it('a backup with a missing or an additional file is rejected', async () => {
    const aside = join(folder, 'aside');
    for (const name of await readdir(join(path, adapter.database.name))) {
      const file = join(path, adapter.database.name, name);
      await rename(file, aside);
      expect(await verdict()).toContain(`${file} is damaged or no backup: it is missing`);
      await rename(aside, file);
    }
    const more = join(path, adapter.database.name, 'more.bson');
    await writeFile(more, '');
    expect(await verdict()).toContain(
      `${more} is damaged or no backup: the manifest does not name`,
    );
  });

  it('a backup with a damaged manifest is rejected', async () => {
    const whole = await readFile(manifest, 'utf8');
    const damages: ((text: string) => string)[] = [
      (text) => text.slice(0, -5),
      () => '',
      () => '[]',
      (text) => text.replace('"domestique-backup"', '"another"'),
      (text) => text.replace(/"created_at": ".*"/, '"created_at": "once"'),
      (text) => text.replace('"sha256"', '"sha1"'),
      (text) => text.replace('"files"', '"filed"'),
      (text) => text.replaceAll(`"${adapter.database.name}/`, '"../'),
    ];
    for (const damage of damages) {
      await writeFile(manifest, damage(whole));
      expect(await verdict()).toBe(`${manifest} is damaged.`);
    }
    await writeFile(manifest, whole.replace('"documents": 2', '"documents": 3'));
    expect(await verdict()).toContain('its count is wrong');
  });

  it('a backup of a newer format is rejected with a sentence', async () => {
    await changeManifest((text) => text.replace('"version": 1', '"version": 2'));
    expect(await verdict()).toBe(
      `${manifest} is of format 2, and this program reads 1: restore it with a newer version of the program.`,
    );
  });

  it('a backup of a newer database version is rejected with a sentence', async () => {
    const versions = adapter.database.db.collection('schema');
    await versions.updateOne({}, { $set: { version: 999 } });
    // What a newer program would write.
    const copied = join(folder, 'dump', 'newer');
    await mkdir(copied, { recursive: true });
    const [document] = await versions.find({}, { raw: true }).toArray();
    await versions.drop();
    await writeFile(join(copied, 'activities.bson'), '');
    await writeFile(join(copied, 'schema.bson'), document as unknown as Buffer);
    expect(await verdict(join(folder, 'dump'))).toMatch(
      /is of a database of version 999, and this program knows \d+: restore it with a newer version/,
    );
  });

  it.each([-5, 0, 1.5, 'one'])(
    'a backup of the database version %j is rejected',
    async (version) => {
      const copied = join(folder, 'dump', 'odd');
      await mkdir(copied, { recursive: true });
      await writeFile(join(copied, 'activities.bson'), '');
      await writeFile(join(copied, 'schema.bson'), BSON.serialize({ _id: 'database', version }));
      expect(await verdict(copied)).toContain('it holds no version of the database');
    },
  );

  it.each(['a%24b', '.dots', 'two..dots', 'daily_totals', 'n%00ul'])(
    'a backup of a collection named %s is rejected, because it cannot be made',
    async (stem) => {
      const copied = join(folder, 'dump', 'odd');
      await mkdir(copied, { recursive: true });
      await writeFile(join(copied, 'activities.bson'), '');
      await writeFile(join(copied, `${stem}.bson`), BSON.serialize({ _id: 1 }));
      expect(await verdict(copied)).toContain('MongoDB takes no collection named');
    },
  );

  it('leases and workers in a dump are left out', async () => {
    const copied = join(folder, 'dump', 'running');
    await mkdir(copied, { recursive: true });
    for (const name of ['activities', 'leases', 'workers'])
      await writeFile(join(copied, `${name}.bson`), BSON.serialize({ _id: 'athlete:1' }));
    expect(await countsOf(copied)).toEqual({ activities: 1 });
  });

  it('the error names a directory that is missing or holds no backup', async () => {
    const absent = join(folder, 'absent');
    const right = 'Give the directory that backup or mongodump wrote.';
    expect(await verdict(absent)).toBe(`${absent} does not exist. ${right}`);
    expect(await verdict(manifest)).toBe(`${manifest} is not a directory. ${right}`);
    await rm(manifest);
    expect(await verdict()).toBe('whole');
    await rm(activities);
    expect(await verdict()).toContain('the documents of activities are missing');
    await rm(activities.replace('.bson', '.metadata.json'));
    expect(await verdict()).toBe(`${path} holds no backup of this program's database. ${right}`);
    await expect(verifyBackup(absent, { progress: noProgress, signal })).rejects.toMatchObject({
      code: 'NO_BACKUP',
      exitCode: 2,
    });
  });

  it('a reader can stop in the middle of a backup', async () => {
    for await (const document of documentsIn(activities)) {
      expect(document.length).toBeGreaterThan(5);
      break;
    }
    expect(await countsOf(path)).toMatchObject({ activities: 2, streams: 1 });
  });
});
