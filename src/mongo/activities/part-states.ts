/**
 * What a new summary leaves of the states of an activity's parts. It builds expressions and writes nothing.
 */
import type { Document } from 'mongodb';
import type { JsonObject } from '../../domain/json.ts';
import { activityParts, countedAgainMs, partRules } from '../../domain/sync/activity-parts.ts';
import type { ActivityPart } from '../../domain/sync/activity-parts.ts';
import { toBson } from '../base/bson-value.ts';
import { partFields } from '../schema/activity-parts.ts';
import { expiredReason, storedState } from '../schema/fetch-state-queries.ts';

interface PartContext {
  /** When the summary was requested. */
  readonly fetchedAt: Date;
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
  const changed = hasNone(part, record)
    ? { $literal: storedState(context.fetchedAt) }
    : pendingAgain(state, countKey !== undefined);
  return { $cond: [isKept, state, changed] };
}

/** Whether the summary counts none: it takes no request to know them. */
function hasNone(part: ActivityPart, record: JsonObject): boolean {
  const { countKey } = partRules[part];
  return countKey !== undefined && record[countKey] === 0;
}

/** The records of the parts of which a new summary counts none any more. */
export function emptiedParts(record: JsonObject): Document {
  const emptied = activityParts.filter((part) => hasNone(part, record));
  return Object.fromEntries(
    emptied.map((part) => {
      const field = partFields[part];
      return [field, { $cond: [{ $isArray: `$${field}` }, [], '$$REMOVE'] }];
    }),
  );
}

/** The state of the photos' files; none where the new summary empties the list of the photos. */
export function keptPhotoFiles(record: JsonObject): Document | string {
  const state = '$sync.photo_files';
  if (!hasNone('photos', record)) return state;
  const list = `$${partFields.photos}`;
  const hasSome = { $and: [{ $isArray: list }, { $ne: [list, []] }] };
  return { $cond: [hasSome, '$$REMOVE', state] };
}

/** A state that is to be fetched again; those of counted parts wait a while. */
export function pendingAgain(state: string, isCounted = false): Document {
  const fetchedAt = `${state}.fetched_at`;
  const isDate = { $eq: [{ $type: fetchedAt }, 'date'] };
  return {
    ...{ state: 'pending', tries: { $literal: 0 }, fetched_at: storedSince(state) },
    ...(isCounted && {
      next_try_at: { $cond: [isDate, { $add: [fetchedAt, countedAgainMs] }, '$$REMOVE'] },
    }),
  };
}

/** When what is stored was fetched, for a retention goes by it; of what Strava does not give nothing is stored. */
export function storedSince(state: string): Document {
  return { $cond: [{ $eq: [`${state}.state`, 'none'] }, '$$REMOVE', `${state}.fetched_at`] };
}
