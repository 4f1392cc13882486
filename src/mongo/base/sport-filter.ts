/**
 * The filter for activities of chosen sports.
 */
import type { Document } from 'mongodb';

/** The activities of these sports; of every sport where none is named. */
export function ofSports(sports: readonly string[] = []): Document {
  return sports.length === 0 ? {} : { sport_type: { $in: [...sports] } };
}
