/**
 * Whether MongoDB can hold a record of Strava's at all, found out before it is written, and what it
 * says where it cannot. It writes nothing.
 */
import { BSON, MongoServerError } from 'mongodb';
import type { JsonValue } from '../../domain/json.ts';
import { isDeeperThan, toBson } from './bson-value.ts';

/** https://www.mongodb.com/docs/manual/reference/limits/: "no more than 100 levels of nesting". */
export const maxLevels = 100;
/** An update carries the whole record and must stay below 16 MB itself. */
const maxRecordBytes = 12_000_000;

/** Why a record cannot be stored; undefined where it can. */
export function storageProblemOf(record: JsonValue): string | undefined {
  if (isDeeperThan(record, maxLevels)) return 'it is nested more deeply than MongoDB stores';
  try {
    // Inside another, as it will be sent: only there the driver checks for its own keys (_bsontype).
    const { length } = BSON.serialize({ record: toBson(record) });
    return length > maxRecordBytes ? 'it is larger than MongoDB stores' : undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    return `it cannot be written as BSON (${reason})`;
  }
}

/** Codes of MongoDB's that say that a document became too large: BSONObjectTooLarge, and the update's own two. */
const tooLargeCodes: readonly unknown[] = [10334, 17419, 17420];

/** Whether the record fits and the document does not any more. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof MongoServerError && tooLargeCodes.includes(error.code);
}
