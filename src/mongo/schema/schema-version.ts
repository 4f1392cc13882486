/**
 * The version of the database, kept in the collection `schema`. There are no migrations, because no
 * database of an older version exists.
 */
import { DatabaseNewerError } from '../../errors.ts';
import type { Store } from './collections.ts';

/** The version that this program reads and writes. */
export const schemaVersion = 1;

/**
 * Checks the database's version and writes it where there is none yet.
 * @throws DatabaseNewerError, before anything is written.
 */
export async function ensureVersion({ schema, address }: Store, now: Date): Promise<void> {
  const _id = 'database';
  const found = await schema.findOne({ _id });
  if (found === null) {
    const initial = { $setOnInsert: { version: schemaVersion, updated_at: now } };
    await schema.updateOne({ _id }, initial, { upsert: true });
  } else if (found.version > schemaVersion) {
    throw new DatabaseNewerError(
      `The database ${address} is of version ${found.version}, and this program knows version ${schemaVersion}: update the program. Nothing was changed.`,
    );
  }
}
