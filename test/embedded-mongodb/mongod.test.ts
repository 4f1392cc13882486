import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MongoClient } from 'mongodb';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { EmbeddedServerError } from '../../src/errors.ts';
import { findMongod } from '../../src/embedded-mongodb/binary.ts';
import { lastComplaint, rotateLog } from '../../src/embedded-mongodb/mongod-log.ts';
import { startMongod, type StartedMongod } from '../../src/embedded-mongodb/mongod.ts';
import { identifyProcess } from '../../src/process-identity.ts';

describe('a started mongod', () => {
  let binary = '';
  let folder = '';
  let started: StartedMongod[] = [];

  beforeAll(async () => {
    binary = await findMongod({ env: process.env, log: () => undefined });
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domestique-mongod-'));
    started = [];
  });

  afterEach(async () => {
    for (const mongod of started) {
      mongod.kill();
      await mongod.stop();
    }
    await rm(folder, { recursive: true, force: true });
  });

  const logPath = () => join(folder, 'mongod.log');

  async function start(port = 0, extraArgs: string[] = [], db = 'db'): Promise<StartedMongod> {
    const dbPath = join(folder, db);
    const mongod = await startMongod({ binary, dbPath, port, logPath: logPath(), extraArgs });
    started.push(mongod);
    return mongod;
  }

  async function withClient<T>(uri: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
    const client = new MongoClient(uri, {
      directConnection: true,
      writeConcern: { w: 'majority', journal: true },
    });
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  }

  const collectionOf = (client: MongoClient) => client.db('test').collection<{ n: number }>('a');

  it('a started mongod listens on the loopback address only, and is gone after stop', async () => {
    const mongod = await start();
    const status = await withClient(mongod.uri, (client) =>
      client.db('admin').command({ getCmdLineOpts: 1 }),
    );
    expect(status).toMatchObject({ parsed: { net: { bindIp: '127.0.0.1', port: mongod.port } } });
    await mongod.stop();
    await mongod.stop();
    expect(await identifyProcess(mongod.pid)).toBeUndefined();
  });

  it('a started mongod keeps acknowledged writes after a kill and a restart at the same port', async () => {
    const first = await start();
    await withClient(first.uri, (client) => collectionOf(client).insertOne({ n: 1 }));
    first.kill();
    await first.stop();
    const second = await start(first.port);
    expect(second.uri).toBe(first.uri);
    expect(await withClient(second.uri, (client) => collectionOf(client).countDocuments())).toBe(1);
  });

  it('a started mongod passes further arguments, such as those of a replica set', async () => {
    const mongod = await start(0, ['--replSet', 'rs', '--setParameter', 'enableTestCommands=1']);
    const members = [{ _id: 0, host: `127.0.0.1:${mongod.port}` }];
    const hello = await withClient(mongod.uri, async (client) => {
      await client.db('admin').command({ replSetInitiate: { _id: 'rs', members } });
      return await client.db('admin').command({ hello: 1 });
    });
    expect(hello).toMatchObject({ setName: 'rs' });
  });

  it.skipIf(process.platform !== 'linux')(
    'a started mongod passes no environment to mongod',
    async () => {
      const mongod = await start();
      expect(await readFile(`/proc/${mongod.pid}/environ`, 'utf8')).not.toContain('PATH=');
    },
  );

  it("a started mongod reports the last error of mongod's log when it does not start", async () => {
    await start();
    const second = start();
    await expect(second).rejects.toThrow(EmbeddedServerError);
    await expect(second).rejects.toThrow(/exit code 100.*Another mongod.*mongod\.log/s);
  });

  it('a started mongod does not take another program at the port for its mongod', async () => {
    const other = createServer((socket) => socket.destroy());
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = start((other.address() as AddressInfo).port);
    await expect(taken).rejects.toThrow('Address already in use');
    other.close();
  });

  it('a started mongod does not take another mongod at the port for its own', async () => {
    const first = await start();
    await expect(start(first.port, [], 'other')).rejects.toThrow('Address already in use');
  });

  it('a started mongod leaves no mongod running when its start is aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    const dbPath = join(folder, 'db');
    const given = { binary, dbPath, port: 0, logPath: logPath(), signal };
    await expect(startMongod(given)).rejects.toThrow('enough');
    await start();
  });

  it('a started mongod reports a binary that cannot be run', async () => {
    const given = { binary: folder, dbPath: join(folder, 'db'), port: 0, logPath: logPath() };
    await expect(startMongod(given)).rejects.toThrow(EmbeddedServerError);
  });

  it('a started mongod moves a large log aside', async () => {
    await writeFile(logPath(), 'small');
    await rotateLog(logPath());
    expect((await stat(logPath())).size).toBe(5);
    await truncate(logPath(), 17 * 1024 * 1024);
    await rotateLog(logPath());
    await expect(stat(logPath())).rejects.toThrow('ENOENT');
    expect((await stat(`${logPath()}.1`)).size).toBe(17 * 1024 * 1024);
  });

  it('a started mongod reports the errors of this start only, not of earlier ones in the same log', async () => {
    const old = `${JSON.stringify({ s: 'E', msg: 'Old', attr: { error: 'trouble' } })}\n`;
    const lines = [
      { s: 'E', msg: 'New', attr: { error: { code: 1, errmsg: 'no\nspace left' } } },
      { s: 'F', msg: '\n\n***aborting after fassert() failure\n\n' },
      { s: 'F', msg: 'Writing fatal message', attr: { message: 'Got signal: 6 (Aborted).' } },
      { s: 'I', msg: 'Bye', attr: { error: 'none' } },
    ];
    await writeFile(logPath(), `${old}${lines.map((line) => JSON.stringify(line)).join('\n')}\n{`);
    expect(await lastComplaint(logPath(), old.length)).toBe('New: no space left');
    await writeFile(logPath(), old);
    expect(await lastComplaint(logPath(), 0)).toBe('Old: trouble');
    expect(await lastComplaint(logPath(), old.length)).toBeUndefined();
    await writeFile(logPath(), JSON.stringify({ s: 'F', msg: 'Last words' }));
    expect(await lastComplaint(logPath(), 0)).toBe('Last words');
  });
});
