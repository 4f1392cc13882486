import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { MongoClient } from 'mongodb';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { ConfigurationError, EmbeddedServerError } from '../../src/errors.ts';
import { findMongod } from '../../src/embedded-mongodb/binary.ts';
import { findFreePort } from '../../src/embedded-mongodb/loopback-port.ts';
import { findRunningMongod } from '../../src/embedded-mongodb/running-mongod.ts';
import { useEmbeddedServer, type EmbeddedServer } from '../../src/embedded-mongodb/server.ts';

const program = fileURLToPath(new URL('fixtures/embedded-user.ts', import.meta.url));
/** How long a process may take to start or end on a busy machine. */
const deadlineMs = 30_000;

interface User {
  child: ChildProcess;
  uri: string;
}

describe('the embedded server', () => {
  let env: Record<string, string | undefined> = {};
  let folder = '';
  let dataDir = '';
  let children: ChildProcess[] = [];
  let logged: string[] = [];

  beforeAll(async () => {
    const path = await findMongod({ env: process.env, log: () => undefined });
    env = { PATH: process.env['PATH'], MONGOMS_SYSTEM_BINARY: path };
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domestique-embedded-'));
    dataDir = join(folder, 'data');
    children = [];
    logged = [];
  });

  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    const pid = await mongodPid();
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    await expect.poll(mongodPid, { timeout: deadlineMs }).toBeUndefined();
    await rm(folder, { recursive: true, force: true });
  });

  async function mongodPid(): Promise<number | undefined> {
    return (await findRunningMongod(join(dataDir, 'mongodb')))?.pid;
  }

  async function use(more: Partial<Parameters<typeof useEmbeddedServer>[0]> = {}) {
    const log = (message: string) => logged.push(message);
    return await useEmbeddedServer({
      dataDir,
      port: 0,
      env,
      log,
      debug: log,
      clock: systemClock,
      ...more,
    });
  }

  /** Starts a process that uses the server; `isLeader` gives it its own process group. */
  async function startUser(isLeader = false): Promise<User> {
    const child = fork(program, [dataDir, '0'], { env, detached: isLeader });
    children.push(child);
    const [message] = (await once(child, 'message')) as [{ uri: string }];
    return { child, uri: message.uri };
  }

  async function release({ child }: User): Promise<void> {
    child.send('release');
    await once(child, 'exit');
  }

  async function withCollection<T>(
    { uri }: { uri: string },
    work: (collection: ReturnType<typeof collectionOf>) => Promise<T>,
  ): Promise<T> {
    const client = new MongoClient(uri, { writeConcern: { w: 'majority', journal: true } });
    try {
      return await work(collectionOf(client));
    } finally {
      await client.close();
    }
  }

  const collectionOf = (client: MongoClient) => client.db('test').collection<{ n: number }>('a');
  const insert = (server: { uri: string }) => withCollection(server, (a) => a.insertOne({ n: 1 }));
  const count = (server: { uri: string }) => withCollection(server, (a) => a.countDocuments());

  it('the embedded server shares the server, and shuts it down at the last release', async () => {
    const first = await startUser();
    const pid = await mongodPid();
    const second = await use();
    expect(second.uri).toBe(first.uri);
    expect(await mongodPid()).toBe(pid);
    await release(first);
    await insert(second);
    expect(await mongodPid()).toBe(pid);
    await second.release();
    expect(await mongodPid()).toBeUndefined();
  });

  it('the embedded server logs no stored document, neither of a long track nor of a slow operation', async () => {
    const first = await use();
    const second = await use();
    const coordinates = Array.from({ length: 150 }, (_, index) => [16 + index / 50, 48]);
    await withCollection(second, async (collection) => {
      const key = { track: '2dsphere' } as const;
      const fine = { name: 'fine', key, coarsestIndexedLevel: 15 };
      await collection.db.command({ createIndexes: collection.collectionName, indexes: [fine] });
      const canary = { n: 1, name: 'Canary', track: { type: 'LineString', coordinates } };
      await collection.insertOne(canary);
      await collection.db.command({ profile: 0, slowms: 0 });
      await collection.find({ name: 'Canary' }).toArray();
    });
    for (const user of [first, second]) await user.release();
    const log = await readFile(join(dataDir, 'mongod.log'), 'utf8');
    expect(log).toContain('MongoDB starting');
    expect(log).not.toContain('Canary');
    const files = (await readdir(dataDir)).filter((name) => name.startsWith('mongod.log'));
    expect(files.toSorted()).toEqual(['mongod.log', 'mongod.log.link']);
  });

  it('the embedded server finds the server by another name of the same folder', async () => {
    const first = await use();
    await symlink(dataDir, join(folder, 'link'));
    const second = await use({ dataDir: join(folder, 'link') });
    expect(second.uri).toBe(first.uri);
    await first.release();
    expect(await mongodPid()).toBeDefined();
    await second.release();
    expect(await mongodPid()).toBeUndefined();
  });

  it('the embedded server starts one server for concurrent processes', async () => {
    const users = await Promise.all([startUser(), startUser(), startUser()]);
    expect(new Set(users.map((user) => user.uri)).size).toBe(1);
    await Promise.all(users.map(release));
    expect(await mongodPid()).toBeUndefined();
    const log = await readFile(join(dataDir, 'mongod.log'), 'utf8');
    expect(log.match(/"msg":"MongoDB starting"/g)).toHaveLength(1);
  });

  it('the embedded server adopts the server of a killed starter, and shuts it down', async () => {
    const starter = await startUser();
    await insert(starter);
    const pid = await mongodPid();
    starter.child.kill('SIGKILL');
    await once(starter.child, 'exit');
    const adopter = await use();
    expect(await mongodPid()).toBe(pid);
    expect(await count(adopter)).toBe(1);
    await adopter.release();
    expect(await mongodPid()).toBeUndefined();
  });

  it('the embedded server adopts a server whose starter was killed before it was ready', async () => {
    const starter = fork(program, [dataDir, '0'], { env });
    children.push(starter);
    await expect.poll(mongodPid, { interval: 1, timeout: deadlineMs }).toBeDefined();
    starter.kill('SIGKILL');
    const adopter = await use();
    await insert(adopter);
    await adopter.release();
    expect(await mongodPid()).toBeUndefined();
    expect(logged).toEqual([expect.stringContaining('Using'), expect.stringContaining('Shut')]);
  });

  it('the embedded server survives the Ctrl-C that ends its starter', async () => {
    const starter = await startUser(true);
    const pid = await mongodPid();
    process.kill(-(starter.child.pid ?? 0), 'SIGINT');
    expect(await once(starter.child, 'exit')).toEqual([null, 'SIGINT']);
    const adopter = await use();
    await insert(adopter);
    expect(await mongodPid()).toBe(pid);
    await adopter.release();
  });

  it('the embedded server keeps its data over a restart', async () => {
    const first = await use();
    await insert(first);
    await first.release();
    const second = await use();
    expect(await count(second)).toBe(1);
    await second.release();
  });

  it('the embedded server releases a share once for repeated calls', async () => {
    const [first, second] = [await use(), await use()];
    await Promise.all([first.release(), first.release()]);
    await first.release();
    expect(await mongodPid()).toBeDefined();
    await second.release();
    expect(await mongodPid()).toBeUndefined();
    expect(await readdir(join(dataDir, 'mongodb-users'))).toEqual([]);
  });

  it('the embedded server starts a killed server again at the same address', async () => {
    const server = await use();
    await insert(server);
    await server.ensureRunning();
    const pid = (await mongodPid()) ?? 0;
    process.kill(pid, 'SIGKILL');
    await expect.poll(mongodPid, { timeout: deadlineMs }).toBeUndefined();
    await server.ensureRunning();
    expect(await count(server)).toBe(1);
    await server.release();
    await server.ensureRunning();
    expect(await mongodPid()).toBeUndefined();
  });

  it.each([
    ['a process that has ended', '999999999\n'],
    ['another program', `${process.ppid}\n`],
    ['nothing', ''],
  ])('the embedded server starts a server although the lock file names %s', async (_, text) => {
    await mkdir(join(dataDir, 'mongodb'), { recursive: true });
    await writeFile(join(dataDir, 'mongodb/mongod.lock'), text);
    const server = await use();
    expect(logged).toEqual([expect.stringContaining('Started')]);
    await server.release();
  });

  it('the embedded server ignores the registration of a dead process', async () => {
    const server = await use();
    await writeFile(join(dataDir, 'mongodb-users', `${process.pid}-1-0badcafe_5f0c`), '');
    await server.release();
    expect(await mongodPid()).toBeUndefined();
  });

  it('the embedded server rejects data of another major version, and explains the upgrade', async () => {
    await (await use()).release();
    expect(await readFile(join(dataDir, 'mongodb-version'), 'utf8')).toMatch(/^\d+\.\d+\n$/);
    await writeFile(join(dataDir, 'mongodb-version'), '4.4\n');
    const error: unknown = await use().catch((each: unknown) => each);
    expect(error).toBeInstanceOf(EmbeddedServerError);
    const { message } = error as EmbeddedServerError;
    for (const part of ['4.4', 'MONGOMS_SYSTEM_BINARY', 'mongodump', 'mongorestore', 'DATA_DIR']) {
      expect(message).toContain(part);
    }
    expect(await mongodPid()).toBeUndefined();
  });

  it('the embedded server names MONGODB_PORT if another program has the port', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = (other.address() as AddressInfo).port;
    await expect(use({ port })).rejects.toThrow(EmbeddedServerError);
    await expect(use({ port })).rejects.toThrow('MONGODB_PORT');
    other.close();
  });

  it('the embedded server listens at the configured port, and is found there by a process with another', async () => {
    const port = await findFreePort();
    const first = await use({ port });
    expect(first.uri).toBe(`mongodb://127.0.0.1:${port}/`);
    const second: EmbeddedServer = await use({ port: await findFreePort() });
    expect(second.uri).toBe(first.uri);
    await first.release();
    await second.release();
  });

  it('the embedded server reports an unusable DATA_DIR', async () => {
    await writeFile(dataDir, 'not a folder');
    await expect(use()).rejects.toThrow(ConfigurationError);
    await expect(use()).rejects.toThrow(`DATA_DIR (${dataDir})`);
  });

  it('the embedded server reports why mongod does not start, and leaves no user registered', async () => {
    await (await use()).release();
    await writeFile(join(dataDir, 'mongodb/WiredTiger.turtle'), 'nonsense');
    const failing = use();
    await expect(failing).rejects.toThrow(EmbeddedServerError);
    await expect(failing).rejects.toThrow(/did not start.*WiredTiger\.turtle.*mongod\.log/s);
    expect(await readdir(join(dataDir, 'mongodb-users'))).toEqual([]);
  });

  it('the embedded server leaves nothing running when the start is aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(use({ signal })).rejects.toThrow('enough');
    expect(await mongodPid()).toBeUndefined();
  });

  it('the embedded server releases the share after an abort', async () => {
    const controller = new AbortController();
    const server = await use({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await server.release();
    expect(await mongodPid()).toBeUndefined();
  });
});
