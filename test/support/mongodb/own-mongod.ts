/**
 * A mongod that a test may kill, on a port and a folder that stay the same when it comes back.
 */
import type { Document } from 'mongodb';
import { MongoClient } from 'mongodb';
import { killMemoryServer, removeMemoryServer, startMemoryServer } from './memory-server.ts';

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
  const server = await startMemoryServer({ args: extraArgs });
  const uri = server.getUri();
  return {
    port: Number(new URL(uri).port),
    uri,
    kill: () => killMemoryServer(server),
    restart: () => server.start(true),
    admin: async (command) => {
      await using client = new MongoClient(uri, { directConnection: true });
      return await client.db('admin').command(command);
    },
    remove: () => removeMemoryServer(server),
  };
}
