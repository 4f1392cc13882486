/**
 * A mongod that requires a password.
 */
import { MongoClient } from 'mongodb';
import { removeMemoryServer, startMemoryServer } from './memory-server.ts';

export interface LockedMongod {
  readonly port: number;
  /** Connected as the owner, with the right password. */
  readonly client: MongoClient;
  /** The owner's URI with any password. */
  uri(password: string): string;
  remove(): Promise<void>;
}

export async function startLockedMongod(password: string): Promise<LockedMongod> {
  const server = await startMemoryServer({ owner: { name: 'owner', password } });
  const { host } = new URL(server.getUri());
  const uri = (secret: string): string =>
    `mongodb://owner:${encodeURIComponent(secret)}@${host}/?authSource=admin`;
  const client = new MongoClient(uri(password));
  await client.db('admin').command({ ping: 1 });
  return {
    port: Number(host.split(':')[1]),
    client,
    uri,
    remove: async () => {
      await client.close();
      await removeMemoryServer(server);
    },
  };
}
