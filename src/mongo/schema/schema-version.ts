/**
 * The version of the database, kept in the collection `schema`. There are no migrations, because no
 * database of an older version exists.
 */
import { DatabaseNewerError } from '../../errors.ts';
import type { Store } from './collections.ts';

/** The version that this program reads and writes. */
export const schemaVersion = 1;

const _id = 'database';

/**
 * Checks the database's version; returns whether it has one.
 * @throws DatabaseNewerError
 */
export async function hasVersion({ schema, address }: Store): Promise<boolean> {
  const found = await schema.findOne({ _id });
  if (found === null) return false;
  if (found.version <= schemaVersion) return true;
  throw new DatabaseNewerError(
    `The database ${address} is of version ${found.version}, and this program knows version ${schemaVersion}: update the program. Nothing was changed.`,
  );
}

/**
 * Checks the database's version and writes it where there is none yet.
 * @throws DatabaseNewerError, before anything is written.
 */
export async function ensureVersion(store: Store, now: Date): Promise<void> {
  if (await hasVersion(store)) return;
  const initial = { $setOnInsert: { version: schemaVersion, updated_at: now } };
  await store.schema.updateOne({ _id }, initial, { upsert: true });
}
