import {
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OutputFailedError, UsageError } from '../../../src/errors.ts';
import { writeToFile, writeToStream } from '../../../src/features/shared/text/output.ts';

const never = new AbortController().signal;
const piece = 'x'.repeat(40_000);

async function* pieces(count: number, taken: { count: number } = { count: 0 }) {
  for (; taken.count < count; taken.count += 1) yield await Promise.resolve(piece);
}

async function* broken() {
  yield* pieces(4);
  throw new TypeError('the source broke');
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domestique-export-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function ownFolder(name: string): Promise<string> {
  const own = join(folder, name);
  await mkdir(own);
  return own;
}

describe('an exported file', () => {
  it('a finished export replaces the older file and leaves no other file', async () => {
    const own = await ownFolder('whole');
    const path = join(own, 'ride.gpx');
    await writeFile(path, 'older');
    await writeToFile(path, pieces(5), never);
    expect(await readFile(path, 'utf8')).toBe(piece.repeat(5));
    expect(await readdir(own)).toEqual(['ride.gpx']);
    // It shows where somebody lives.
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('an export that fails or is stopped leaves the older file unchanged', async () => {
    const own = await ownFolder('broken');
    const path = join(own, 'ride.gpx');
    await writeFile(path, 'older');
    await expect(writeToFile(path, broken(), never)).rejects.toThrow('the source broke');
    const stopped = AbortSignal.abort();
    await expect(writeToFile(path, pieces(1), stopped)).rejects.toThrow('aborted');
    expect(await readFile(path, 'utf8')).toBe('older');
    expect(await readdir(own)).toEqual(['ride.gpx']);
  });

  it('an export through a link writes its target and keeps the link', async () => {
    const own = await ownFolder('linked');
    await writeFile(join(own, 'real'), 'older');
    await symlink('real', join(own, 'link'));
    await writeToFile(join(own, 'link'), pieces(1), never);
    expect(await readFile(join(own, 'real'), 'utf8')).toBe(piece);
    expect(await readlink(join(own, 'link'))).toBe('real');
  });

  it('an export replaces no folder and no device', async () => {
    const own = await ownFolder('taken');
    await expect(writeToFile(own, pieces(1), never)).rejects.toThrow(UsageError);
    await expect(writeToFile('/dev/null', pieces(1), never)).rejects.toThrow(UsageError);
  });

  it('an export file that cannot be written gives one sentence', async () => {
    const path = join(folder, 'missing', 'ride.gpx');
    const writing = writeToFile(path, pieces(1), never);
    await expect(writing).rejects.toThrow(OutputFailedError);
    await expect(writing).rejects.toThrow(`${path} cannot be written (ENOENT).`);
  });
});

describe('a stream', () => {
  it('an export to a stream waits while the stream is full', async () => {
    const taken = { count: 0 };
    const waiting: (() => void)[] = [];
    const slow = new Writable({
      write: (_chunk, _encoding, done) => void waiting.push(done),
    });
    const writing = writeToStream(slow, pieces(100, taken), never);
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    expect(waiting).toHaveLength(1);
    expect(taken.count).toBeLessThan(5);
    const release = setInterval(() => waiting.pop()?.(), 0);
    await writing;
    clearInterval(release);
    expect(taken.count).toBe(100);
  });

  it('an export ends quietly, with its source, when the reader of the stream has gone', async () => {
    const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const closed = new Writable({
      write: (_chunk, _encoding, done) => {
        done(gone);
      },
    });
    const taken = { count: 0 };
    await writeToStream(closed, pieces(100, taken), never);
    expect(taken.count).toBeLessThan(5);
  });

  it('an export to a failing stream gives one sentence', async () => {
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const stream = new Writable({
      write: (_chunk, _encoding, done) => {
        done(full);
      },
    });
    await expect(writeToStream(stream, pieces(1), never)).rejects.toThrow(
      'standard output cannot be written (ENOSPC).',
    );
  });
});
