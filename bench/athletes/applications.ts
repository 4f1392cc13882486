/**
 * Two applications in one database: what a `sync` of one changes of the other's documents.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Db } from 'mongodb';
import { BSON, MongoClient } from 'mongodb';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { cli, environmentOf, logIn } from './stage.ts';

export interface Applications {
  /** Documents of the first application before the other's `sync`. */
  readonly documents: number;
  /** Those that it removed, or left with other bytes. */
  readonly changed: number;
  /** What it stored for its own athlete. */
  readonly stored: number;
}

const athletes = [1001, 1002].map((id) => ({
  ...{ id, firstname: 'Ada', lastname: String(id), activities: 30, years: 1 },
  samplesPerActivity: [5, 30] as const,
}));

export async function measureApplications(uri: string): Promise<Applications> {
  await using client = new MongoClient(uri);
  const name = 'applications';
  const db = client.db(name);
  const folder = await mkdtemp(join(tmpdir(), 'domestique-bench-'));
  const one = await startSimulator({ clientId: '111', athletes });
  const other = await startSimulator({ clientId: '222', athletes });
  const sync = async (simulator: Simulator): Promise<void> => {
    const env = environmentOf(simulator, { uri, name, folder });
    const child = spawn(process.execPath, [cli, 'sync'], { env, stdio: 'ignore' });
    const [exitCode] = (await once(child, 'close')) as [number | null];
    if (exitCode !== 0) throw new Error(`sync ended with ${String(exitCode)}.`);
  };
  try {
    await logIn(db, one, [1001]);
    await logIn(db, other, [1002]);
    await sync(one);
    const before = await documentsOf(db, other);
    await sync(other);
    const after = await documentsOf(db, other);
    const changed = [...before].filter(([key, bytes]) => after.get(key) !== bytes).length;
    const stored = await db.collection('activities').countDocuments({ 'sync.athlete_id': 1002 });
    return { documents: before.size, changed, stored };
  } finally {
    await Promise.all([one.close(), other.close()]);
    await db.dropDatabase();
    await rm(folder, { recursive: true });
  }
}

/** The bytes of each document that does not name the application as its own, by its collection and its id. */
async function documentsOf(db: Db, { clientId }: Simulator): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { name } of await db.listCollections({ type: 'collection' }).toArray()) {
    for await (const document of db.collection(name).find({ client_id: { $ne: clientId } })) {
      const bytes = Buffer.from(BSON.serialize(document)).toString('base64');
      found.set(`${name} ${JSON.stringify(document._id)}`, bytes);
    }
  }
  return found;
}
