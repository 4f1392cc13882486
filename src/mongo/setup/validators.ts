/**
 * Applies the validators of the collections. They check the types of the fields that Domestique writes and
 * allow any other key; Strava's fields are checked when they are decoded.
 */
import { hasServerCode, namespaceExists, unauthorized } from '../base/failures.ts';
import type { Db } from 'mongodb';
import { MongoRejectedError } from '../../errors.ts';
import type { Store } from '../schema/collections.ts';
import { definitions } from '../schema/definitions.ts';
import { jsonSchemaOf } from '../schema/json-schema.ts';

/**
 * `moderate`: a valid document stays valid. An invalid one (of an older version, or edited by hand) can
 * still be updated, because otherwise its activity could never be brought up to date.
 */
const manner = { validationLevel: 'moderate', validationAction: 'error' } as const;

/** The part of a collection's options that concerns its validator. */
interface Validation {
  readonly validator?: unknown;
  readonly validationLevel?: unknown;
  readonly validationAction?: unknown;
}

/**
 * Creates the missing collections and changes the validators that differ; if none does, it costs a single
 * command. Without the right to change a collection (`collMod`, of the role dbAdmin) the database has no
 * validators and works all the same.
 * @throws MongoRejectedError if a collection has another validator that the user may not change.
 */
export async function applyValidators({ db }: Store): Promise<void> {
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

/** The server returns a validator unchanged. */
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
