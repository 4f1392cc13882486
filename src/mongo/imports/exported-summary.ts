/**
 * What an import writes into an activity: the summary as the export has it, where no summary of the API
 * stands, the export itself, and the state of the streams. It builds values and writes nothing.
 */
import { fingerprintOf } from '../../domain/activity/activity.ts';
import { enteredByHand } from '../../domain/bulk-export/recording-plan.ts';
import type { JsonObject } from '../../domain/json.ts';
import { isJsonObject } from '../../domain/json.ts';
import { int64, jsonFromBson, toBson } from '../base/bson-value.ts';
import { ownActivityKeys } from '../schema/definitions/activities.ts';
import type { ActivityDocument, StreamsBookkeeping } from '../schema/collections.ts';
import { pendingState, storedState } from '../schema/fetch-state-queries.ts';
import type { Values } from '../streams/derivation.ts';
import type { ImportedActivity, ImportedRecording } from './import-store.ts';

export type StoredExport = NonNullable<ActivityDocument['export']>;

/** The fields of the row, in the API's names and units. */
export function fieldsOf({ fields }: Pick<StoredExport, 'fields'>): JsonObject {
  const json = jsonFromBson(fields);
  return isJsonObject(json) ? json : {};
}

/** The record that the row makes: what a summary of the API is, as far as the export has it. */
export function exportedRecord(
  id: number,
  exported: Pick<StoredExport, 'fields' | 'start_date'>,
): JsonObject {
  const start_date = exported.start_date.toISOString().replace('.000Z', 'Z');
  const fields = Object.entries(fieldsOf(exported)).filter(([key]) => isPlain(key));
  return { ...Object.fromEntries(fields), id, start_date };
}

/** An update would read a dot as a path. */
function isPlain(key: string): boolean {
  return !ownActivityKeys.has(key) && !key.includes('.') && !key.startsWith('$');
}

/**
 * The fields that put the export's summary in the place of the one that is stored; undefined takes a field
 * away.
 */
export function summaryValues(
  id: number,
  exported: StoredExport,
  earlierKeys: readonly string[],
): Values {
  const record = exportedRecord(id, exported);
  const keys = Object.keys(record);
  const gone = earlierKeys.filter((key) => isPlain(key) && !keys.includes(key));
  const fields = Object.entries(record).map(([key, value]) => [key, toBson(value)]);
  return {
    ...Object.fromEntries(gone.map((key) => [key, undefined])),
    ...(Object.fromEntries(fields) as Values),
    id: int64(id),
    start_date: exported.start_date,
    'sync.source': 'export',
    // No page of the API is older, whatever clock the import had.
    'sync.fetched_at': new Date(Math.min(+exported.archived_at, +exported.imported_at)),
    'sync.fingerprint': fingerprintOf(record),
    'sync.summary_keys': keys,
  };
}

/** What an activity keeps of the export. */
export function exportDocument(
  { activity, startAt, export: facts, recording }: ImportedActivity,
  at: Date,
): StoredExport {
  const { archivedAt, digest, file, cut } = facts;
  const problem = facts.problem ?? (recording.kind === 'pending' ? recording.reason : undefined);
  return {
    archived_at: archivedAt,
    imported_at: at,
    digest,
    row: activity.row,
    start_date: startAt,
    fields: toBson(activity.fields),
    recording: recording.kind,
    ...(file !== undefined && { file }),
    ...(cut && { cut: { from_s: cut.fromS, to_s: cut.toS } }),
    ...(problem !== undefined && { problem }),
  };
}

/** The state of the streams that an import writes. */
export function streamsOf(recording: ImportedRecording, at: Date): StreamsBookkeeping {
  switch (recording.kind) {
    case 'streams': {
      const { sampleCount } = recording.streams;
      return { ...storedState(at), sample_count: sampleCount, source: 'export' };
    }
    case 'none':
      return { state: 'none', reason: enteredByHand, tries: 0, source: 'export' };
    case 'pending':
      return pendingState;
  }
}
