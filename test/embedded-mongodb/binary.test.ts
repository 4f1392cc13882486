import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { EmbeddedServerError } from '../../src/errors.ts';
import { chooseMongod, findMongod } from '../../src/embedded-mongodb/binary.ts';
import {
  binaryFolder,
  type Environment,
  type Fetcher,
} from '../../src/embedded-mongodb/binary-cache.ts';

describe('the choice of a mongod', () => {
  let home = '';
  let logged: string[] = [];

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'domestique-binary-'));
    logged = [];
  });

  afterEach(async () => {
    await rm(home, { recursive: true, force: true });
  });

  const env = (more: Environment = {}): Environment => ({
    HOME: home,
    PATH: `${home}/bin:/usr/bin:/bin`,
    ...more,
  });

  const options = (more: Environment = {}, fetchers: Fetcher[] = []) => ({
    env: env(more),
    log: (message: string) => logged.push(message),
    fetchers,
  });

  async function writeScript(path: string, script: string, mode = 0o755): Promise<string> {
    const absolute = join(home, path);
    await mkdir(dirname(absolute), { recursive: true });
    await writeFile(absolute, `#!/bin/sh\n${script}\n`, { mode });
    return absolute;
  }

  const writeMongod = (path: string, version: string) =>
    writeScript(path, `echo "db version v${version}"`);

  const fetching = (path: string, version: string): Fetcher => {
    return () => writeMongod(path, version);
  };

  const failing = (reason: string): Fetcher => {
    return () => Promise.reject(new EmbeddedServerError(reason));
  };

  const own = '.cache/domestique/mongod/mongod-6.0.5';
  const librarys = '.cache/mongodb-binaries/mongod-x64-debian-8.2.6';

  it('the choice of a mongod prefers the mongod of MONGOMS_SYSTEM_BINARY', async () => {
    await writeMongod('bin/mongod', '7.0.1');
    await writeMongod(own, '6.0.5');
    const path = await writeMongod('elsewhere/mongod', '5.0.2');
    const chosen = await chooseMongod(options({ MONGOMS_SYSTEM_BINARY: path }));
    expect(chosen).toEqual({ path, version: '5.0.2', series: '5.0' });
  });

  it('the choice of a mongod fails if MONGOMS_SYSTEM_BINARY names no mongod', async () => {
    await writeMongod(own, '6.0.5');
    const path = join(home, 'nowhere');
    const choice = chooseMongod(options({ MONGOMS_SYSTEM_BINARY: path }));
    await expect(choice).rejects.toThrow(EmbeddedServerError);
    await expect(choice).rejects.toThrow(path);
  });

  it('the choice of a mongod prefers the mongod on the PATH to the caches, if it runs', async () => {
    const path = await writeMongod('bin/mongod', '7.0.1');
    const cached = await writeMongod(own, '6.0.5');
    expect(await findMongod(options())).toBe(path);
    await writeScript('bin/mongod', 'echo "Illegal instruction" >&2; exit 132');
    expect(await findMongod(options())).toBe(cached);
    expect(logged.join()).toContain('Illegal instruction');
  });

  it('the choice of a mongod finds a complete binary of mongodb-memory-server', async () => {
    const path = await writeMongod(librarys, '8.2.6');
    await expect(chooseMongod(options())).rejects.toThrow(EmbeddedServerError);
    await writeFile(`${path}.md5`, '');
    expect(await findMongod(options())).toBe(path);
    const folder = join(home, 'binaries');
    const other = await writeMongod('binaries/mongod-x64-debian-7.0.14', '7.0.14');
    await writeFile(`${other}.md5`, '');
    expect(await findMongod(options({ MONGOMS_DOWNLOAD_DIR: folder }))).toBe(other);
  });

  it('the choice of a mongod uses XDG_CACHE_HOME if it is set', async () => {
    const path = await writeMongod('xdg/domestique/mongod/mongod-6.0.5', '6.0.5');
    const xdg = { XDG_CACHE_HOME: join(home, 'xdg') };
    expect(binaryFolder(env(xdg))).toBe(dirname(path));
    expect(await findMongod(options(xdg))).toBe(path);
  });

  it('the choice of a mongod ignores partial and non-executable files', async () => {
    await writeScript(
      '.cache/domestique/mongod/.partial-x/mongod-6.0.5',
      'echo "db version v6.0.5"',
    );
    await writeScript(own, 'echo "db version v6.0.5"', 0o644);
    const fetched = await findMongod(options({}, [fetching('fetched', '6.0.6')]));
    expect(fetched).toBe(join(home, 'fetched'));
  });

  it('the choice of a mongod fetches from the next source when one fails, and passes no secrets to it', async () => {
    const seen: Environment[] = [];
    const second: Fetcher = (given) => {
      seen.push(given.env);
      return writeMongod('fetched', '6.0.5');
    };
    const secrets = { STRAVA_CLIENT_SECRET: 'hush', MONGODB_URI: 'mongodb://me:hush@there' };
    const chosen = await chooseMongod(
      options(secrets, [failing('The network is closed.'), second]),
    );
    expect(chosen.path).toBe(join(home, 'fetched'));
    expect(logged).toEqual(['The network is closed.']);
    expect(seen).toEqual([env()]);
  });

  it('the choice of a mongod names the failure of each source and the remedy when all fail', async () => {
    const fetchers = [failing('The network is closed.'), failing('There is no python3.')];
    const error: unknown = await chooseMongod(options({}, fetchers)).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(EmbeddedServerError);
    const { message, cause } = error as EmbeddedServerError;
    for (const part of ['closed', 'python3', 'MONGODB_URI', 'MONGOMS_SYSTEM_BINARY']) {
      expect(message).toContain(part);
    }
    expect((cause as AggregateError).errors).toHaveLength(2);
  });

  it('the choice of a mongod names the command that installs libcurl4 if it is missing', async () => {
    const script =
      'echo "mongod: error while loading shared libraries: libcurl.so.4: cannot open" >&2; exit 127';
    const fetcher: Fetcher = () => writeScript('fetched', script);
    const choice = chooseMongod(options({}, [fetcher]));
    await expect(choice).rejects.toThrow('apt-get install libcurl4');
  });

  it('the choice of a mongod does not fetch a binary again that does not run here', async () => {
    const cached = await writeScript(own, 'exit 132');
    const choice = chooseMongod(options({}, [fetching('fetched', '6.0.5')]));
    await expect(choice).rejects.toThrow(cached);
    await writeMongod('bin/mongod', '7.0.1');
    expect(await findMongod(options())).toBe(join(home, 'bin/mongod'));
  });

  it('the choice of a mongod fetches once for two concurrent callers', async () => {
    let count = 0;
    const fetcher: Fetcher = () => {
      count += 1;
      return writeMongod(own, '6.0.5');
    };
    const chosen = await Promise.all([1, 2].map(() => findMongod(options({}, [fetcher]))));
    expect(chosen).toEqual([join(home, own), join(home, own)]);
    expect(count).toBe(1);
    expect(await readdir(join(binaryFolder(env()), '.lock'))).toEqual([]);
  });

  it('the choice of a mongod prefers the series of the data, and fetches it if necessary', async () => {
    await writeMongod('bin/mongod', '7.0.1');
    const cached = await writeMongod(own, '6.0.5');
    expect((await chooseMongod({ ...options(), series: '6.0' })).path).toBe(cached);
    const fetchers = [fetching('fetched', '8.2.6')];
    const fetched = await chooseMongod({ ...options({}, fetchers), series: '8.2' });
    expect(fetched.path).toBe(join(home, 'fetched'));
    const other = await chooseMongod({ ...options({}, [failing('closed')]), series: '5.0' });
    expect(other.series).toBe('7.0');
  });

  it('the choice of a mongod names the cache folder if it cannot be written', async () => {
    await writeFile(join(home, '.cache'), 'not a folder');
    const choice = chooseMongod(options({}, [fetching('fetched', '6.0.5')]));
    await expect(choice).rejects.toThrow(EmbeddedServerError);
    await expect(choice).rejects.toThrow(binaryFolder(env()));
  });
});
