/** A replica set whose members all hold data, and whose primary a test may kill. */
import type { Document } from 'mongodb';
import { MongoClient } from 'mongodb';
import { MongoMemoryReplSet } from 'mongodb-memory-server-core';
import { killMemoryServer, libraryBinary, sharedArgs, sharedOptions } from './memory-server.ts';
import { eventually } from '../waiting.ts';

export interface ReplicaSet {
  readonly uri: string;
  /** Makes the primary step down; resolves when there is another. */
  stepDown(): Promise<void>;
  /** SIGKILLs the primary, and starts it again once there is another. */
  killPrimary(): Promise<void>;
  remove(): Promise<void>;
}

export async function startReplicaSet(members = 3): Promise<ReplicaSet> {
  const { launchTimeout, storageEngine } = sharedOptions;
  const set = await MongoMemoryReplSet.create({
    binary: await libraryBinary(),
    instanceOpts: Array.from({ length: members }, () => ({ launchTimeout })),
    replSet: {
      name: 'faults',
      storageEngine,
      args: [...sharedArgs, '--oplogSize', '64'],
      configSettings: { electionTimeoutMillis: 1_000, heartbeatIntervalMillis: 500 },
    },
  });
  const uri = set.getUri();
  const onAdmin = async (command: Document): Promise<Document> => {
    await using client = new MongoClient(uri);
    return await client.db('admin').command(command);
  };
  const primary = async (): Promise<string> => String((await onAdmin({ hello: 1 }))['primary']);
  /** The driver waits for a primary, and may still name the former one. */
  const untilOtherThan = (former: string): Promise<void> =>
    eventually(async () => ![former, 'undefined'].includes(await primary()));
  return {
    uri,
    stepDown: async () => {
      const former = await primary();
      await onAdmin({ replSetStepDown: 10, secondaryCatchUpPeriodSecs: 10 });
      await untilOtherThan(former);
    },
    killPrimary: async () => {
      const former = await primary();
      const server = set.servers.find((one) => one.getUri().includes(former));
      if (server === undefined) throw new Error(`No member is at ${former}.`);
      await killMemoryServer(server);
      await untilOtherThan(former);
      await server.start(true);
    },
    remove: async () => {
      await Promise.all(set.servers.map(killMemoryServer));
      await set.stop();
    },
  };
}
