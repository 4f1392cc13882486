import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

import { MongoClient, MongoNetworkError, MongoServerError, type Document } from 'mongodb';
import type { MongoMemoryServer } from 'mongodb-memory-server-core';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { systemClock, type Clock } from '../../../src/clock.ts';
import { MongoRejectedError, MongoUnavailableError } from '../../../src/errors.ts';
import type { MongoOptions } from '../../../src/mongo/base/connection.ts';
import type { Store } from '../../../src/mongo/schema/collections.ts';
import { uriOf } from '../../../src/embedded-mongodb/mongod.ts';
import { isPassing } from '../../../src/mongo/base/failures.ts';
import { startLockedMongod, type LockedMongod } from '../../support/mongodb/locked-mongod.ts';
import { startMemoryServer } from '../../support/mongodb/memory-server.ts';
import { startMongoProxy } from '../../support/mongodb/mongo-proxy.ts';
import { startOwnMongod, type OwnMongod } from '../../support/mongodb/own-mongod.ts';
import { open } from './connection-of.ts';

const password = 'pa55-geheim';
const name = 'connection';
let mongod: OwnMongod | undefined;
let opened: Store[] = [];

beforeAll(async () => {
  mongod = await startOwnMongod('--setParameter', 'enableTestCommands=1');
});

afterEach(async () => {
  await Promise.all(opened.map((mongo) => mongo.close()));
  opened = [];
});

afterAll(async () => {
  await mongod?.remove();
});

function running(): OwnMongod {
  if (mongod === undefined) throw new Error('No mongod.');
  return mongod;
}

async function openHere(changes: Partial<MongoOptions> = {}): Promise<Store> {
  const mongo = await open({ uri: running().uri, name }, changes);
  opened.push(mongo);
  return mongo;
}

/** The maximum pause between two attempts; a longer sleep is a deadline. */
const longestPauseMs = 10_000;

/** A clock whose pauses end at once and advance its time. */
function quickClock(): Clock {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms, signal) => {
      if (ms > longestPauseMs) return systemClock.sleep(ms, signal);
      nowMs += ms;
      return Promise.resolve();
    },
  };
}

async function failNext(data: Document, times: number): Promise<void> {
  const client = new MongoClient(running().uri);
  try {
    const command = { configureFailPoint: 'failCommand', mode: { times }, data };
    await client.db('admin').command(command);
  } finally {
    await client.close();
  }
}

describe('a database operation', () => {
  it.each([
    ['a full disk', 14_031],
    ['a server that shuts down', 91],
    ['an interruption by the shutdown', 11_600],
    ['a primary that stepped down', 189],
    ['a write conflict', 112],
    ['a time limit', 50],
  ])('a database operation is retried after %s', async (_, errorCode) => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
    const mongo = await openHere({ clock: quickClock(), log });
    await failNext({ failCommands: ['update'], errorCode }, 3);
    const things = mongo.db.collection<{ _id: number; n: number }>('things');
    const write = { $set: { n: 1 } };
    const result = await things.updateOne({ _id: errorCode }, write, { upsert: true });
    expect(result.acknowledged).toBe(true);
    expect(await things.findOne({ _id: errorCode })).toMatchObject({ n: 1 });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('MongoDB is away');
  });

  it('an operation is retried after a failed write concern', async () => {
    const mongo = await openHere({ clock: quickClock() });
    const writeConcernError = { code: 91, errmsg: 'shutting down' };
    await failNext({ failCommands: ['update'], writeConcernError }, 3);
    const things = mongo.db.collection<{ _id: string; n: number }>('things');
    await things.updateOne({ _id: 'w' }, { $set: { n: 1 } }, { upsert: true });
    expect(await things.countDocuments({ _id: 'w' })).toBe(1);
  });

  it('an operation is retried after a cut connection', async () => {
    const mongo = await openHere({ clock: quickClock() });
    await failNext({ failCommands: ['update'], closeConnection: true }, 3);
    const things = mongo.db.collection<{ _id: string; n: number }>('things');
    await things.updateOne({ _id: 'c' }, { $set: { n: 1 } }, { upsert: true });
    expect(await things.countDocuments({ _id: 'c' })).toBe(1);
  });

  it('an operation is retried while a router finds no primary', async () => {
    const mongo = await openHere({ clock: quickClock() });
    await failNext({ failCommands: ['find'], errorCode: 133 }, 3);
    const things = mongo.db.collection<{ _id: number }>('routed');
    expect(await things.findOne({ _id: 1 })).toBeNull();
  });

  it('an operation may succeed later if a router has an old map of the shards', () => {
    const stale = new MongoServerError({ message: 'sharding status is stale', code: 13_388 });
    expect(isPassing(stale)).toBe(true);
  });

  it('an operation of many writes is retried and loses none', async () => {
    const mongo = await openHere({ clock: quickClock() });
    await failNext({ failCommands: ['update'], errorCode: 14_031 }, 3);
    const things = mongo.db.collection<{ _id: number; n: number }>('bulk');
    const operations = Array.from({ length: 20 }, (_, _id) => ({
      updateOne: { filter: { _id }, update: { $set: { n: 1 } }, upsert: true },
    }));
    await things.bulkWrite(operations, { ordered: false });
    expect(await things.countDocuments()).toBe(20);
  });

  it('an operation is not retried after a bug', async () => {
    const mongo = await openHere();
    let tries = 0;
    const bug = mongo.retry(() => {
      tries += 1;
      return mongo.db.command({ nonsense: 1 });
    });
    await expect(bug).rejects.toThrow(/nonsense/);
    expect(tries).toBe(1);
    await expect(mongo.retry(() => Promise.reject(new TypeError('a bug')))).rejects.toThrow(
      TypeError,
    );
  });
});

describe('a killed mongod that comes back', () => {
  it('a killed mongod that comes back is waited for, and the current write succeeds', async () => {
    const calls: number[] = [];
    const onAway = (): Promise<void> => {
      calls.push(1);
      return Promise.resolve();
    };
    const mongo = await openHere({ deadlineMs: 40_000, onAway });
    const things = mongo.db.collection<{ _id: number }>('survivors');
    const write = (_id: number): Promise<unknown> =>
      things.updateOne({ _id }, { $set: { _id } }, { upsert: true });
    await write(0);
    const killed = running().kill();
    const during = [1, 2, 3].map(write);
    await killed;
    await running().restart();
    await Promise.all(during);
    expect(await things.countDocuments()).toBe(4);
    expect(calls.length).toBeGreaterThan(0);
  });
});

describe('a server that does not respond', () => {
  let late: MongoMemoryServer | undefined;

  afterAll(async () => {
    await late?.stop();
  });

  /** A port without a listener. */
  async function deadPort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((done) => server.close(done));
    return port;
  }

  async function deadUri(): Promise<string> {
    const port = await deadPort();
    return `mongodb://anna:${password}@127.0.0.1:${port}/?serverSelectionTimeoutMS=200`;
  }

  it('a server that does not respond is given up after the deadline', async () => {
    const clock = quickClock();
    const deadlineMs = 60_000;
    const mongo = await openHere({ clock, deadlineMs });
    let tries = 0;
    const cut = mongo.retry(() => {
      tries += 1;
      return Promise.reject(new MongoNetworkError('connection cut'));
    });
    await expect(cut).rejects.toThrow(MongoUnavailableError);
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(deadlineMs);
    expect(clock.monotonicMs()).toBeLessThanOrEqual(deadlineMs + longestPauseMs);
    expect(tries).toBeGreaterThan(5);
  });

  it('a server that does not respond is not tried again after an abort', async () => {
    const interrupted = new AbortController();
    const mongo = await openHere({ deadlineMs: Infinity, signal: interrupted.signal });
    const cut = mongo.retry(() => {
      interrupted.abort();
      return Promise.reject(new MongoNetworkError('connection cut'));
    });
    await expect(cut).rejects.toThrow(MongoUnavailableError);
  });

  it('a server that does not respond is reported in one sentence without the password', async () => {
    const error: unknown = await open({ uri: await deadUri(), name }, { deadlineMs: 0 }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(MongoUnavailableError);
    expect(inspect(error, { depth: 10 })).not.toContain(password);
  });

  it('a server that does not respond is not waited for longer than opening may take, whatever the URI says', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const uri = `${uriOf(port)}?serverSelectionTimeoutMS=600000&connectTimeoutMS=600000`;
    const limits = { deadlineMs: 0, openWithinMs: 200 };
    await expect(open({ uri, name }, limits)).rejects.toThrow(
      'MongoDB does not answer (no response within 200 milliseconds).',
    );
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('a server that falls silent fails an operation soon where opening had a limit', async () => {
    const proxy = await startMongoProxy(running().uri);
    try {
      const mongo = await open({ uri: proxy.uri, name }, { deadlineMs: 0, openWithinMs: 2_000 });
      opened.push(mongo);
      await mongo.db.collection('things').findOne();
      proxy.freeze();
      const silent = mongo.db.collection('things').findOne();
      await expect(silent).rejects.toThrow(MongoUnavailableError);
    } finally {
      await proxy.close();
    }
  }, 10_500);

  it('a server that does not respond is not waited for once the connection is closed', async () => {
    const proxy = await startMongoProxy(running().uri);
    const mongo = await open({ uri: proxy.uri, name }, { deadlineMs: Infinity });
    await mongo.db.collection('things').findOne();
    await proxy.close();
    const waiting = mongo.db.collection('things').findOne();
    const rejected = expect(waiting).rejects.toThrow(MongoUnavailableError);
    // Until the driver looks for a server.
    await sleep(500);
    await mongo.close();
    await rejected;
  });

  it('a server that does not respond is waited for at the start', async () => {
    const port = await deadPort();
    const clock: Clock = {
      ...quickClock(),
      // It starts during the first pause.
      sleep: async (ms, signal) => {
        if (ms > longestPauseMs) return systemClock.sleep(ms, signal);
        late ??= await startMemoryServer({ port });
      },
    };
    const mongo = await open(
      { uri: `${uriOf(port)}?serverSelectionTimeoutMS=200`, name },
      { clock },
    );
    opened.push(mongo);
    expect(await mongo.db.command({ ping: 1 })).toMatchObject({ ok: 1 });
  });

  it('a server is waited for while its host name is unknown', () => {
    const notFound = { code: 'ENOTFOUND', syscall: 'querySrv' };
    expect(isPassing(Object.assign(new Error('querySrv ENOTFOUND'), notFound))).toBe(true);
    const noFile = { code: 'ENOENT', syscall: 'open' };
    expect(isPassing(Object.assign(new Error('ENOENT'), noFile))).toBe(false);
  });

  it('a server is not reported as unavailable while it responds', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
    await openHere({ log });
    expect(lines).toEqual([]);
  });
});

describe('a server with passwords', () => {
  let secured: LockedMongod | undefined;

  beforeAll(async () => {
    secured = await startLockedMongod('owner-password');
    const roles = [{ role: 'read', db: name }];
    await secured.client.db('admin').command({ createUser: 'reader', pwd: password, roles });
  });

  afterAll(() => secured?.remove());

  function uriFor(user: string, pass: string): string {
    return `mongodb://${user}:${pass}@127.0.0.1:${secured?.port}/?authSource=admin`;
  }

  async function rejection(work: Promise<unknown>): Promise<Error> {
    const error: unknown = await work.catch((thrown: unknown) => thrown);
    if (!(error instanceof Error)) throw new Error('It was not rejected.');
    return error;
  }

  it('a wrong password is rejected at once, in one sentence without it', async () => {
    const wrong = 'wrong-geheim';
    const error = await rejection(open({ uri: uriFor('reader', wrong), name }));
    expect(error).toBeInstanceOf(MongoRejectedError);
    expect(error.message).toMatch(/MONGODB_URI\.$/);
    expect(error.message.split('\n')).toHaveLength(1);
    const everything =
      inspect(error, { depth: 10 }) + JSON.stringify(error, Object.getOwnPropertyNames(error));
    expect(everything).not.toContain(wrong);
  });

  it('a user without the right to write is rejected in one sentence', async () => {
    const mongo = await open({ uri: uriFor('reader', password), name });
    opened.push(mongo);
    expect(mongo.address).not.toContain(password);
    expect(mongo.address).not.toContain('reader');
    const error = await rejection(mongo.db.collection('things').insertOne({ n: 1 }));
    expect(error).toBeInstanceOf(MongoRejectedError);
    expect(error.message).toContain('readWrite');
    expect(inspect(error, { depth: 10 })).not.toContain(password);
  });

  it('a connection without a password is rejected by a server with passwords', async () => {
    const mongo = await open({ uri: uriOf(secured?.port ?? 0), name });
    opened.push(mongo);
    const error = await rejection(mongo.db.collection('things').findOne());
    expect(error).toBeInstanceOf(MongoRejectedError);
  });
});

describe('the MongoDB connection', () => {
  it('the connection uses durable majority writes, and rejects operations after its close', async () => {
    const mongo = await open({ uri: running().uri, name });
    expect(mongo.db.writeConcern).toMatchObject({ w: 'majority', journal: true });
    await mongo.close();
    await sleep(0);
    expect(mongo.address).toBe(`mongodb://127.0.0.1:${running().port}/${name}`);
  });
});
