import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openConnection } from '../../../src/features/doctor/connection.ts';
import { checkMongo } from '../../../src/features/doctor/mongodb.ts';
import type { LockedMongod } from '../../support/mongodb/locked-mongod.ts';
import { startLockedMongod } from '../../support/mongodb/locked-mongod.ts';
import { createTestProgram } from '../../support/command/program.ts';

describe('the rights at a MongoDB with users', () => {
  let mongod: LockedMongod;
  beforeAll(async () => {
    mongod = await startLockedMongod('a');
    for (const role of ['readWrite', 'read']) {
      const roles = [{ role, db: 'mirror' }];
      await mongod.client.db('mirror').command({ createUser: role, pwd: 'canary', roles });
    }
  });
  afterAll(() => mongod.remove());

  const check = async (user: string, password = 'canary') => {
    const uri = `mongodb://${user}:${password}@127.0.0.1:${mongod.port}/?authSource=mirror`;
    const program = createTestProgram({ mongodb: { uri, name: 'mirror' } });
    const { config, env, signal } = program;
    const connection = await openConnection(program, config);
    try {
      return await checkMongo({ config, connection, env }, signal);
    } finally {
      await connection.store?.close();
    }
  };

  it('the rights at a MongoDB with users are enough with the role readWrite', async () => {
    expect((await check('readWrite')).map(({ mark }) => mark)).toEqual(['ok', 'ok']);
  });

  it('the rights at a MongoDB with users are not enough with the role read', async () => {
    const [reach, rights] = await check('read');
    expect(reach?.mark).toBe('ok');
    expect(rights).toMatchObject({
      mark: 'failed',
      found: 'The user may not write or make collections and indexes in the database mirror.',
    });
  });

  it('the rights at a MongoDB with users are none with a wrong password, which is not repeated', async () => {
    const findings = await check('read', 'canary2');
    expect(findings).toEqual([
      {
        mark: 'failed',
        found: 'MongoDB rejects the login. Check the user and the password in MONGODB_URI.',
      },
    ]);
  });
});
