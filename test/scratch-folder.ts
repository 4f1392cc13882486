/**
 * One folder for everything that a run of the tests writes, gone afterwards: in memory where the machine
 * has room there, for hundreds of databases are made and dropped, and each waits for its disk.
 */
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const inMemory = '/dev/shm';
const neededBytes = 4 * 1024 ** 3;

/** Vitest's globalSetup, the first: what is set here holds for the others and for every worker. */
export async function setup(): Promise<() => Promise<void>> {
  const hasRoom = (await freeBytes(inMemory)) >= neededBytes;
  const folder = await mkdtemp(join(hasRoom ? inMemory : tmpdir(), 'domestique-test-'));
  process.env['TMPDIR'] = folder;
  return () => rm(folder, { recursive: true, force: true });
}

async function freeBytes(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
