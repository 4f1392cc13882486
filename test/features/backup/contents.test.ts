import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { BackupUnusableError } from '../../../src/errors.ts';
import { documentsIn, verifyBackup } from '../../../src/features/backup/contents.ts';
import { dump } from '../../../src/features/backup/dump.ts';
import { writeBackup } from '../../../src/features/backup/file.ts';
import { useAdapter } from '../../mongo/adapter.ts';

const adapter = useAdapter();
const { signal } = new AbortController();
const all = {
  hasTokens: true,
  createdAt: new Date('2026-11-23T12:00:00Z'),
  onDocument: () => undefined,
};
let folder = '';
let path = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domestique-backup-'));
  path = join(folder, 'backup.gz');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function take(): Promise<number> {
  return writeBackup(path, dump(adapter.store, all), signal);
}

describe('the file of a backup', () => {
  beforeAll(async () => {
    const { db } = adapter.database;
    const unchecked = { bypassDocumentValidation: true };
    await db.collection('activities').insertMany([{ name: 'one' }, { name: 'two' }], unchecked);
    await db.collection('streams').insertOne({ distance: [1, 2.5, 3] }, unchecked);
  });
  beforeEach(() => take());

  const verdict = async (): Promise<string> => {
    const error: unknown = await verifyBackup(path).then(
      () => 'whole',
      (failure: unknown) => failure,
    );
    if (error === 'whole') return 'whole';
    expect(error).toBeInstanceOf(BackupUnusableError);
    return (error as Error).message;
  };

  it('is for its owner alone, replaces an older one when it is whole, and leaves nothing beside it', async () => {
    await writeFile(path, 'older', { mode: 0o644 });
    await take();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await verdict()).toBe('whole');
    expect(await readdir(folder)).toEqual(['backup.gz']);
  });

  it('that cannot be written is named', async () => {
    const write = (to: string) => writeBackup(to, dump(adapter.store, all), signal);
    await expect(write(folder)).rejects.toThrow(`--out takes a file; ${folder} is a folder.`);
    const absent = join(folder, 'absent', 'backup.gz');
    await expect(write(absent)).rejects.toThrow(`${absent} cannot be written (ENOENT).`);
  });

  it('is left as it was where a backup is stopped', async () => {
    const before = await readFile(path);
    const stop = new AbortController();
    const stopping = dump(adapter.store, {
      ...all,
      onDocument: () => {
        stop.abort();
      },
    });
    await expect(writeBackup(path, stopping, stop.signal)).rejects.toThrow('aborted');
    expect(await readFile(path)).toEqual(before);
    expect(await readdir(folder)).toEqual(['backup.gz']);
  });

  it('that is cut off anywhere is refused', async () => {
    const { size } = await stat(path);
    for (let length = size - 1; length > 0; length -= Math.ceil(size / 20)) {
      await truncate(path, length);
      expect(await verdict()).toMatch(/is damaged|is not a backup/);
    }
  });

  it('of which any part was changed is refused, though its compression is whole', async () => {
    const content = gunzipSync(await readFile(path));
    for (let at = 0; at < content.length; at += Math.ceil(content.length / 60)) {
      const changed = Buffer.from(content);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      await writeFile(path, gzipSync(changed));
      expect(await verdict()).not.toBe('whole');
    }
    await writeFile(path, gzipSync(Buffer.concat([content, Buffer.from('more')])));
    expect(await verdict()).toContain('something follows its end');
    for (const length of [content.length - 1, content.length - 33, content.length >> 1]) {
      await writeFile(path, gzipSync(content.subarray(0, length)));
      expect(await verdict()).toContain('is damaged');
    }
  });

  it('of a newer format is refused with a sentence that says so', async () => {
    const content = gunzipSync(await readFile(path)).toString('latin1');
    const newer = content.replace('"version":1', '"version":2');
    await writeFile(path, gzipSync(Buffer.from(newer, 'latin1')));
    expect(await verdict()).toBe(
      `${path} is of format 2, and this program reads 1: restore it with a newer version of the program.`,
    );
  });

  it('of a newer database is refused with a sentence that says so', async () => {
    const content = gunzipSync(await readFile(path)).toString('latin1');
    const newer = content.replace(/"database_version":\d+/, '"database_version":999');
    await writeFile(path, gzipSync(Buffer.from(newer, 'latin1')));
    expect(await verdict()).toMatch(
      /is of a database of version 999, and this program knows \d+: restore it with a newer version/,
    );
  });

  it('that is none, or not there, is named', async () => {
    await writeFile(path, gzipSync('{"some": "json"}\n'));
    expect(await verdict()).toBe(`${path} is not a backup of this program.`);
    await writeFile(path, 'no gzip');
    expect(await verdict()).toContain('is damaged or no backup: its compression is broken');
    await writeFile(path, '');
    expect(await verdict()).toContain('is damaged or no backup: it ends too early');
    await rm(path);
    expect(await verdict()).toBe(`${path} cannot be read (ENOENT).`);
  });

  it('can be left in the middle', async () => {
    for await (const { collection } of documentsIn(path)) {
      expect(collection).toBe('activities');
      break;
    }
    expect(await verdict()).toBe('whole');
  });
});
