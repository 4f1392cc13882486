/**
 * The servers that the rounds share, each started when the first round needs it, and what a round opened.
 */
import { MongoClient } from 'mongodb';
import { removeMemoryServer, startMemoryServer } from '../support/mongodb/memory-server.ts';
import type { OwnMongod } from '../support/mongodb/own-mongod.ts';
import { startOwnMongod } from '../support/mongodb/own-mongod.ts';
import type { ReplicaSet } from '../support/mongodb/replica-set.ts';
import { startReplicaSet } from '../support/mongodb/replica-set.ts';
import type { Scenes } from '../support/scene.ts';
import { createScenes } from '../support/scene.ts';

/** Opens the scene of a round, with an empty database. */
export type OpenScene = Scenes['open'];

export interface Stage {
  /** On a mongod that nothing happens to. */
  readonly open: OpenScene;
  /** On a mongod that a round may kill. */
  readonly onMongod: () => Promise<{ readonly mongod: OwnMongod; readonly open: OpenScene }>;
  /** On a replica set whose primary a round may depose. */
  readonly onReplicaSet: () => Promise<{ readonly replicas: ReplicaSet; readonly open: OpenScene }>;
  /** Called at the end of the round, newest first. */
  readonly defer: (end: () => Promise<unknown>) => void;
  /** Ends what the round left running, and removes its databases. */
  readonly endRound: () => Promise<void>;
  /** Stops the servers. */
  readonly close: () => Promise<void>;
}

interface Started<T> {
  readonly server: T;
  readonly scenes: Scenes;
  readonly stop: () => Promise<void>;
}

async function started<T>(
  uri: string,
  server: T,
  remove: () => Promise<void>,
): Promise<Started<T>> {
  const client = new MongoClient(uri, { writeConcern: { w: 'majority', journal: true } });
  await client.connect();
  const stop = async (): Promise<void> => {
    await client.close();
    await remove();
  };
  return { server, scenes: createScenes({ client, name: 'soak', uri }), stop };
}

function startedOnce<T>(start: () => Promise<Started<T>>) {
  let known: Promise<Started<T>> | undefined;
  return {
    get: () => (known ??= start()),
    endRound: async () => {
      await (await known)?.scenes.close();
    },
    stop: async () => {
      await (await known)?.stop();
    },
  };
}

/** Starts no server yet. */
export function createStage(): Stage {
  const quiet = startedOnce(async () => {
    const server = await startMemoryServer();
    return await started(server.getUri(), server, () => removeMemoryServer(server));
  });
  const killed = startedOnce(async () => {
    const mongod = await startOwnMongod();
    return await started(mongod.uri, mongod, () => mongod.remove());
  });
  const deposed = startedOnce(async () => {
    const replicas = await startReplicaSet();
    return await started(replicas.uri, replicas, () => replicas.remove());
  });
  const all = [quiet, killed, deposed];
  const endings: (() => Promise<unknown>)[] = [];
  return {
    open: async (options) => (await quiet.get()).scenes.open(options),
    onMongod: async () => {
      const { server, scenes } = await killed.get();
      return { mongod: server, open: scenes.open };
    },
    onReplicaSet: async () => {
      const { server, scenes } = await deposed.get();
      return { replicas: server, open: scenes.open };
    },
    defer: (end) => endings.push(end),
    endRound: async () => {
      for (const end of endings.splice(0).reverse()) await end();
      for (const { endRound } of all) await endRound();
    },
    close: async () => {
      for (const { stop } of all) await stop();
    },
  };
}
