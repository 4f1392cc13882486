/**
 * The keys of the documents in `events`: what is due of an activity stands under the activity's id.
 */
import type { Document } from 'mongodb';

const activityText = { $convert: { input: '$activity_id', to: 'string', onError: '', onNull: '' } };

/**
 * The filter for documents whose key is one of these prefixes and their own activity. Under another key, where
 * another program or a hand put it, one would never be settled, and its activity fetched again and again.
 */
export function isUnder(...prefixes: readonly string[]): Document {
  const keys = prefixes.map((prefix) => ({ $concat: [`${prefix}:`, activityText] }));
  return { $expr: { $in: ['$_id', keys] } };
}
