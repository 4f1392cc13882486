/**
 * How a profile becomes an athlete's document: Strava's fields as they came, what is ours beside them.
 * It builds updates and writes nothing.
 */
import type { Document } from 'mongodb';
import type { JsonObject } from '../../domain/json.ts';
import { toBson } from '../base/bson-value.ts';

const ownKeys: ReadonlySet<string> = new Set([
  '_id',
  'zones',
  'stats',
  'settings',
  'export',
  'sync',
]);

/** `resource_state` of a record with everything in it. */
const detailedState = 3;

/**
 * The step that puts a profile in the place of the old one. Where the old one was detailed and the new
 * one is not (a login brings a summary, and so does a grant without `profile:read_all`), the keys that
 * only the detailed one brought stay.
 */
export function profileStep(profile: JsonObject): Document {
  const fields = Object.entries(profile).filter(([key]) => !ownKeys.has(key));
  const document = { $literal: toBson(Object.fromEntries(fields)) };
  const own = {
    _id: '$_id',
    zones: '$zones',
    stats: '$stats',
    settings: '$settings',
    export: '$export',
    sync: { $ifNull: ['$sync', {}] },
  };
  if (profile['resource_state'] === detailedState)
    return { $replaceWith: { $mergeObjects: [document, own] } };
  const ifDetailed = (then: unknown): Document => ({
    $cond: [{ $eq: ['$resource_state', detailedState] }, then, {}],
  });
  const state = ifDetailed({ resource_state: { $literal: detailedState } });
  return { $replaceWith: { $mergeObjects: [ifDetailed('$$ROOT'), document, state, own] } };
}
