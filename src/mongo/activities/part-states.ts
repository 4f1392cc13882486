/**
 * What a new summary leaves of the states of an activity's parts. It builds expressions and writes nothing.
 */
import type { Document } from 'mongodb';
import type { JsonObject } from '../../domain/json.ts';
import { activityParts, countedAgainMs, partRules } from '../../domain/sync/activity-parts.ts';
import type { ActivityPart } from '../../domain/sync/activity-parts.ts';
import { toBson } from '../base/bson-value.ts';
import { expiredReason } from '../schema/fetch-state-queries.ts';

interface PartContext {
  /** Whether the recording is the stored one. */
  readonly isSameRecording: Document;
  /** Whether what a retention ended stays away. */
  readonly isExpiryFinal: boolean;
}

/**
 * The states by part: pending again where what the part depends on changed, else as they are. A part that was
 * never fetched has none.
 */
export function keptPartStates(record: JsonObject, context: PartContext): Document {
  return Object.fromEntries(activityParts.map((part) => [part, keptState(part, record, context)]));
}

function keptState(part: ActivityPart, record: JsonObject, context: PartContext): Document {
  const state = `$sync.${part}`;
  const { countKey } = partRules[part];
  const isSame =
    countKey === undefined
      ? context.isSameRecording
      : {
          $eq: [
            { $ifNull: [`$${countKey}`, null] },
            { $literal: toBson(record[countKey] ?? null) },
          ],
        };
  const stays = context.isExpiryFinal || { $ne: [`${state}.reason`, expiredReason] };
  const isMissing = { $eq: [{ $type: state }, 'missing'] };
  const isKept = { $or: [isMissing, { $and: [isSame, stays] }] };
  return { $cond: [isKept, state, pendingAgain(state, countKey !== undefined)] };
}

/** Keeps when the stored records were fetched: a retention goes by it. */
function pendingAgain(state: string, isCounted: boolean): Document {
  const fetchedAt = `${state}.fetched_at`;
  const isDate = { $eq: [{ $type: fetchedAt }, 'date'] };
  return {
    ...{ state: 'pending', tries: { $literal: 0 }, fetched_at: fetchedAt },
    ...(isCounted && {
      next_try_at: { $cond: [isDate, { $add: [fetchedAt, countedAgainMs] }, '$$REMOVE'] },
    }),
  };
}
