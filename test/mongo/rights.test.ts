import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { MongoRefusedError } from '../../src/errors.ts';
import { prepareDatabase } from '../../src/mongo/preparation.ts';
import type { Mongo } from '../../src/mongo/connection.ts';
import type { LockedMongod } from '../support/locked-mongod.ts';
import { startLockedMongod } from '../support/locked-mongod.ts';
import { open } from './connection-of.ts';

const name = 'mirror';
let mongod: LockedMongod;
let mongo: Mongo;
beforeAll(async () => {
  mongod = await startLockedMongod('canary-owner');
  const user = { createUser: 'reader-writer', pwd: 'canary-user', roles: ['readWrite'] };
  await mongod.client.db(name).command(user);
  const uri = `mongodb://reader-writer:canary-user@127.0.0.1:${mongod.port}/?authSource=${name}`;
  mongo = await open({ uri, name });
});
afterAll(async () => {
  await mongo.close();
  await mongod.remove();
});

describe('a user who may only read and write', () => {
  it('has a database without validators, at the first start and the next', async () => {
    await prepareDatabase(mongo);
    await prepareDatabase(mongo);
    const found = await mongod.client.db(name).listCollections({ name: 'runs' }).toArray();
    expect(found).toHaveLength(1);
    expect(JSON.stringify(found)).not.toContain('validator');
  });

  it('is told which role is missing where the validator of another version stands there', async () => {
    const other = { $jsonSchema: { properties: { pid: { bsonType: 'string' } } } };
    await mongod.client.db(name).command({ collMod: 'runs', validator: other });
    const error: unknown = await prepareDatabase(mongo).catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(MongoRefusedError);
    expect(String(error)).toContain('The collection runs has the validator of another version');
    expect(String(error)).toContain('dbAdmin');
  });
});
