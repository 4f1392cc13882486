/**
 * A mongod that a test may kill, on a port and a folder that stay the same when it comes back.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Document } from 'mongodb';
import { MongoClient } from 'mongodb';
import { findMongod } from '../../src/embedded-mongodb/binary.ts';
import type { StartedMongod } from '../../src/embedded-mongodb/mongod.ts';
import { startMongod } from '../../src/embedded-mongodb/mongod.ts';

export interface OwnMongod {
  readonly port: number;
  readonly uri: string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again at the same place. */
  restart(): Promise<void>;
  /** Runs a command on its `admin` database. */
  admin(command: Document): Promise<Document>;
  /** Ends it, and removes its files. */
  remove(): Promise<void>;
}

export async function startOwnMongod(...extraArgs: string[]): Promise<OwnMongod> {
  const binary = await findMongod({ env: process.env, log: () => undefined });
  const folder = await mkdtemp(join(tmpdir(), 'domestique-own-mongod-'));
  const options = { binary, dbPath: join(folder, 'db'), logPath: join(folder, 'log'), extraArgs };
  let mongod: StartedMongod = await startMongod({ ...options, port: 0 });
  const { port, uri } = mongod;
  const kill = async (): Promise<void> => {
    mongod.kill();
    await mongod.stop();
  };
  return {
    port,
    uri,
    kill,
    restart: async () => {
      mongod = await startMongod({ ...options, port });
    },
    admin: async (command) => {
      await using client = new MongoClient(uri, { directConnection: true });
      return await client.db('admin').command(command);
    },
    remove: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A replica set of two that hold data and an arbiter, which elects within a second or two. */
export interface ReplicaSet {
  readonly uri: string;
  /** Makes the primary step down; resolves when there is another. */
  stepDown(): Promise<void>;
  remove(): Promise<void>;
}

export async function startReplicaSet(): Promise<ReplicaSet> {
  const args = ['--replSet', 'faults', '--oplogSize', '64'];
  const members = await Promise.all([1, 2, 3].map(() => startOwnMongod(...args)));
  const hosts = members.map(({ port }) => `127.0.0.1:${port}`);
  await members[0]?.admin({
    replSetInitiate: {
      _id: 'faults',
      members: hosts.map((host, _id) => ({ _id, host, arbiterOnly: _id === 2 })),
      settings: { electionTimeoutMillis: 1_000, heartbeatIntervalMillis: 500 },
    },
  });
  const uri = `mongodb://${hosts.slice(0, 2).join(',')}/?replicaSet=faults`;
  await using client = new MongoClient(uri);
  await client.db('admin').command({ ping: 1 });
  return {
    uri,
    stepDown: async () => {
      await using own = new MongoClient(uri);
      const admin = own.db('admin');
      const { primary } = await admin.command({ hello: 1 });
      await admin.command({ replSetStepDown: 10, secondaryCatchUpPeriodSecs: 10 });
      // The driver waits for a primary.
      const isOther = async (): Promise<boolean> =>
        (await admin.command({ hello: 1 }))['primary'] !== primary;
      while (!(await isOther())) await new Promise((resolve) => setTimeout(resolve, 50));
    },
    remove: async () => {
      await Promise.all(members.map((member) => member.remove()));
    },
  };
}
