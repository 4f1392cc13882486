/**
 * Writes what an export says of the athlete. A field of the profile is set only where the API brought none,
 * because the API's is newer and complete.
 */
import type { Document } from 'mongodb';
import type { JsonObject } from '../../domain/json.ts';
import { LeaseLostError } from '../../errors.ts';
import { int64, toBson } from '../base/bson-value.ts';
import { isDuplicateKey } from '../base/failures.ts';
import { athletes as definition } from '../schema/definitions/athletes.ts';
import type { Store } from '../schema/collections.ts';
import type { ImportedAthlete, ImportWrite } from './import-store.ts';

const ownKeys: ReadonlySet<string> = new Set([...Object.keys(definition.fields), 'zones', 'stats']);

/** @throws LeaseLostError when another process took the athlete over. */
export async function writeAthlete(
  { athletes }: Store,
  { athleteId, epoch, at }: ImportWrite,
  { archivedAt, fields, gear }: ImportedAthlete,
): Promise<void> {
  const exported = {
    archived_at: archivedAt,
    imported_at: at,
    fields: toBson(fields),
    gear: toBson(gear),
  };
  const isNewer = { $gt: ['$export.archived_at', archivedAt] };
  const update = [
    { $set: { 'sync.epoch': epoch } },
    {
      $replaceWith: {
        $cond: [
          isNewer,
          '$$ROOT',
          { $mergeObjects: ['$$ROOT', profile(fields), exportStep(exported)] },
        ],
      },
    },
  ];
  const notNewerThan = [{ 'sync.epoch': { $lte: epoch } }, { 'sync.epoch': { $exists: false } }];
  try {
    await athletes.updateOne({ _id: int64(athleteId), $or: notNewerThan }, update, {
      upsert: true,
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new LeaseLostError(`Another process took athlete ${athleteId} over.`, { cause: error });
  }
}

function exportStep(exported: Document): Document {
  return { export: { $literal: exported } };
}

/** Each field that is absent, or still what an earlier export said. */
function profile(fields: JsonObject): Document {
  const entries = Object.entries(fields).filter(([key]) => isPlain(key));
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const isAbsent = { $eq: [{ $type: `$${key}` }, 'missing'] };
      const isOfExport = { $eq: [`$${key}`, `$export.fields.${key}`] };
      return [
        key,
        { $cond: [{ $or: [isAbsent, isOfExport] }, { $literal: toBson(value) }, `$${key}`] },
      ];
    }),
  );
}

function isPlain(key: string): boolean {
  return !ownKeys.has(key) && !key.includes('.') && !key.startsWith('$');
}
