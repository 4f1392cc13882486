/**
 * Puts the validators of the collections in place. They know the types
 * of our own keys and reject no other key; Strava's are checked when they are decoded.
 */
import { hasServerCode, namespaceExists, unauthorized } from '../base/failures.ts';
import type { Db } from 'mongodb';
import { MongoRejectedError } from '../../errors.ts';
import type { Mongo } from '../base/connection.ts';
import { definitions } from '../schema/definitions.ts';
import { jsonSchemaOf } from '../schema/json-schema.ts';

/**
 * `moderate`: what is valid stays valid. A document that is not (an older program's, somebody's own hand)
 * can still be written, because a rejection would keep the activity from ever being brought up to date.
 */
const manner = { validationLevel: 'moderate', validationAction: 'error' } as const;

/** What a collection's options say of its validator. */
interface Validation {
  readonly validator?: unknown;
  readonly validationLevel?: unknown;
  readonly validationAction?: unknown;
}

/**
 * Makes the collections that are missing and changes the validators that differ; where all is as it should
 * be, one command asks. Without the right to change a collection (`collMod`, of the role dbAdmin) there
 * are no validators, and nothing else is different.
 * @throws MongoRejectedError where another validator is in place and may not be changed.
 */
export async function applyValidators({ db }: Mongo): Promise<void> {
  const present = await validatorsOf(db);
  for (const definition of definitions) {
    const { name } = definition;
    const validator = { $jsonSchema: jsonSchemaOf(definition) };
    const found = present.get(name);
    if (found === undefined) await createIfMissing(db, name);
    const wanted = { validator, ...manner };
    if (found !== undefined && isSame(found, wanted)) continue;
    const isApplied = await change(db, name, wanted);
    if (!isApplied && found?.validator !== undefined) throw outdated(name);
  }
}

async function validatorsOf(db: Db): Promise<ReadonlyMap<string, Validation>> {
  const found = await db.listCollections({ type: 'collection' }).toArray();
  return new Map(
    found.map((collection) => {
      const { validator, validationLevel, validationAction }: Validation =
        ('options' in collection && collection.options) || {};
      return [collection.name, { validator, validationLevel, validationAction }];
    }),
  );
}

/** The server gives a validator back as it was given. */
function isSame(found: Validation, wanted: Validation): boolean {
  return JSON.stringify(found) === JSON.stringify(wanted);
}

async function createIfMissing(db: Db, name: string): Promise<void> {
  try {
    await db.createCollection(name);
  } catch (error) {
    if (!hasServerCode(error, namespaceExists)) throw error;
  }
}

async function change(db: Db, name: string, wanted: Validation): Promise<boolean> {
  try {
    await db.command({ collMod: name, ...wanted });
    return true;
  } catch (error) {
    if (hasServerCode(error, unauthorized)) return false;
    throw error;
  }
}

function outdated(name: string): MongoRejectedError {
  return new MongoRejectedError(
    `The collection ${name} has the validator of another version, and MongoDB does not allow this user to change it: give it the role dbAdmin on the database (MONGODB_DATABASE) besides readWrite.`,
  );
}
