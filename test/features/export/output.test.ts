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
import { writeToFile, writeToStream } from '../../../src/features/shared/output.ts';

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
  it('is there completely, in the place of an older one, and nothing else is', async () => {
    const own = await ownFolder('whole');
    const path = join(own, 'ride.gpx');
    await writeFile(path, 'older');
    await writeToFile(path, pieces(5), never);
    expect(await readFile(path, 'utf8')).toBe(piece.repeat(5));
    expect(await readdir(own)).toEqual(['ride.gpx']);
    // It shows where somebody lives.
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('leaves the older one as it was where the source breaks or the program is stopped', async () => {
    const own = await ownFolder('broken');
    const path = join(own, 'ride.gpx');
    await writeFile(path, 'older');
    await expect(writeToFile(path, broken(), never)).rejects.toThrow('the source broke');
    const stopped = AbortSignal.abort();
    await expect(writeToFile(path, pieces(1), stopped)).rejects.toThrow('aborted');
    expect(await readFile(path, 'utf8')).toBe('older');
    expect(await readdir(own)).toEqual(['ride.gpx']);
  });

  it('goes where a link leads to, and leaves the link', async () => {
    const own = await ownFolder('linked');
    await writeFile(join(own, 'real'), 'older');
    await symlink('real', join(own, 'link'));
    await writeToFile(join(own, 'link'), pieces(1), never);
    expect(await readFile(join(own, 'real'), 'utf8')).toBe(piece);
    expect(await readlink(join(own, 'link'))).toBe('real');
  });

  it('never takes the place of a folder or a device', async () => {
    const own = await ownFolder('taken');
    await expect(writeToFile(own, pieces(1), never)).rejects.toThrow(UsageError);
    await expect(writeToFile('/dev/null', pieces(1), never)).rejects.toThrow(UsageError);
  });

  it('that cannot be written is one sentence', async () => {
    const path = join(folder, 'missing', 'ride.gpx');
    const writing = writeToFile(path, pieces(1), never);
    await expect(writing).rejects.toThrow(OutputFailedError);
    await expect(writing).rejects.toThrow(`${path} cannot be written (ENOENT).`);
  });
});

describe('a stream', () => {
  it('gets no more than it takes', async () => {
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

  it('whose reader has gone ends the writing quietly, and the source with it', async () => {
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

  it('that fails otherwise is one sentence', async () => {
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
