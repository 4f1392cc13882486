/**
 * A mongod that requires a password.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { findMongod } from '../../src/embedded-mongodb/binary.ts';
import { startMongod } from '../../src/embedded-mongodb/mongod.ts';

export interface LockedMongod {
  readonly port: number;
  /** Connected as the owner, with the right password. */
  readonly client: MongoClient;
  /** The owner's URI with any password. */
  uri(password: string): string;
  remove(): Promise<void>;
}

export async function startLockedMongod(password: string): Promise<LockedMongod> {
  const binary = await findMongod({ env: process.env, log: () => undefined });
  const folder = await mkdtemp(join(tmpdir(), 'domestique-locked-mongod-'));
  const [dbPath, logPath] = [join(folder, 'db'), join(folder, 'log')];
  const open = await startMongod({ binary, dbPath, logPath, port: 0 });
  const { port } = open;
  {
    await using client = new MongoClient(open.uri);
    await client.db('admin').command({ createUser: 'owner', pwd: password, roles: ['root'] });
  }
  await open.stop();
  const place = ['--dbpath', dbPath, '--logpath', logPath, '--logappend'];
  const address = ['--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'];
  const mongod = spawn(binary, [...place, ...address, '--auth'], { stdio: 'ignore' });
  const ended = once(mongod, 'exit');
  const uri = (secret: string): string =>
    `mongodb://owner:${encodeURIComponent(secret)}@127.0.0.1:${port}/?authSource=admin`;
  const client = new MongoClient(uri(password));
  await client.db('admin').command({ ping: 1 });
  return {
    port,
    client,
    uri,
    remove: async () => {
      await client.close();
      mongod.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
