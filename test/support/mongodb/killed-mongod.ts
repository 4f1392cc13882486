import { MongoClient } from 'mongodb';
import { logIn } from '../mirror.ts';
import type { OwnMongod } from './own-mongod.ts';
import { startOwnMongod } from './own-mongod.ts';
import type { Scene } from '../scene.ts';
import { athleteId } from '../scene.ts';

/** A mongod of its own with the athlete's login, killed and ready to be restarted. */
export async function startKilledMongod({ mongodb, simulator }: Scene): Promise<OwnMongod> {
  const mongod = await startOwnMongod();
  {
    // Journaled, because the mongod is killed right after.
    await using client = new MongoClient(mongod.uri, { writeConcern: { journal: true } });
    await logIn(client.db(mongodb.name), simulator, athleteId);
  }
  await mongod.kill();
  return mongod;
}
