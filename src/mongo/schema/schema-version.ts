/**
 * The version of the database, which stands in the collection `schema`. It changes nothing else.
 */
import { DatabaseNewerError } from '../../errors.ts';
import type { Mongo } from '../base/connection.ts';

/** The newest step in `migration-steps.ts`; a database of the first release has no version and counts as 1. */
export const newestVersion = 3;
const firstVersion = 1;

interface SchemaDocument {
  readonly _id: 'database';
  readonly version: number;
  readonly updated_at: Date;
}

const _id = 'database';

function schemaOf({ db }: Mongo) {
  return db.collection<SchemaDocument>('schema');
}

/**
 * The version; a database that has none yet is given one, so that two processes that start at once agree.
 * @throws DatabaseNewerError, before anything is written.
 */
export async function databaseVersion(mongo: Mongo, now: Date): Promise<number> {
  const found = await load(mongo);
  if (found !== undefined) return known(found, mongo);
  const version = (await hasActivities(mongo)) ? firstVersion : newestVersion;
  const initial = { $setOnInsert: { version, updated_at: now } };
  await mongo.attempt(() => schemaOf(mongo).updateOne({ _id }, initial, { upsert: true }));
  return known((await load(mongo)) ?? version, mongo);
}

/** Raises the version by one step; where another process was faster, nothing changes. */
export async function raiseVersion(mongo: Mongo, from: number, now: Date): Promise<void> {
  const raised = { $set: { version: from + 1, updated_at: now } };
  await mongo.attempt(() => schemaOf(mongo).updateOne({ _id, version: from }, raised));
}

/** Says that the documents are of another version: those of a backup. */
export async function setVersion(mongo: Mongo, version: number, now: Date): Promise<void> {
  const document = { version, updated_at: now };
  await mongo.attempt(() => schemaOf(mongo).replaceOne({ _id }, document, { upsert: true }));
}

async function load(mongo: Mongo): Promise<number | undefined> {
  const found = await mongo.attempt(() => schemaOf(mongo).findOne({ _id }));
  return found?.version;
}

function known(version: number, { address }: Mongo): number {
  if (version <= newestVersion) return version;
  throw new DatabaseNewerError(
    `The database ${address} is of version ${version}, and this program knows version ${newestVersion}: update the program. Nothing was changed.`,
  );
}

/** The first release made all its collections when it started. */
async function hasActivities({ db, attempt }: Mongo): Promise<boolean> {
  const found = await attempt(() =>
    db.listCollections({ name: 'activities' }, { nameOnly: true }).toArray(),
  );
  return found.length > 0;
}
