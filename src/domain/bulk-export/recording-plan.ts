/**
 * What an import does with the recording of an activity beside what is stored. Pure.
 */
import type { JsonObject } from '../json.ts';
import { isSameRecording } from './agreement.ts';

/** Which of the two recordings is kept where the API and the export both have one. */
export type PreferredSource = 'api' | 'export';

/** `keep`: what is stored stands. `put`: the import's takes its place. */
export type RecordingPlan = 'keep' | 'put';

/** What an import has of an activity: its streams, none by nature, or nothing usable. */
export type ImportedKind = 'streams' | 'none' | 'pending';

/** The stored activity, as far as the plan depends on it. */
export interface StoredRecording {
  readonly state: 'pending' | 'stored' | 'none' | 'parked';
  /** Why there is none, where the state is `none`. */
  readonly reason?: string | undefined;
  readonly source: PreferredSource;
  /** What the API's summary says; undefined where the summary is an export's. */
  readonly record: JsonObject | undefined;
  /** The row of an earlier import, in the API's names. */
  readonly earlierRow: JsonObject | undefined;
  /** Whether the same row and recording were imported before. */
  readonly isSameImport: boolean;
}

export interface RecordingQuestion {
  readonly kind: ImportedKind;
  readonly row: JsonObject;
  readonly prefer: PreferredSource;
  /** Undefined where the activity is not stored. */
  readonly stored: StoredRecording | undefined;
}

/** Why there is no recording of an activity without a file that was not uploaded. */
export const enteredByHand = 'entered by hand';

export function planRecording({ kind, row, prefer, stored }: RecordingQuestion): RecordingPlan {
  if (stored === undefined) return 'put';
  const { state, source, record, isSameImport } = stored;
  if (kind !== 'streams') return isSameImport ? 'keep' : planWithout({ kind, row, stored });
  if (record !== undefined && !isSameRecording(row, record)) return 'keep';
  if (state !== 'stored') return 'put';
  if (source === 'api') return prefer === 'api' ? 'keep' : 'put';
  return isSameImport ? 'keep' : 'put';
}

/** An import without a recording changes nothing that the API said, and removes no recording that is still right. */
function planWithout({
  kind,
  row,
  stored,
}: {
  readonly kind: 'none' | 'pending';
  readonly row: JsonObject;
  readonly stored: StoredRecording;
}): RecordingPlan {
  const { state, source, reason, record, earlierRow } = stored;
  if (record !== undefined) return 'keep';
  if (state === 'stored') {
    const isOutdated = earlierRow === undefined || !isSameRecording(earlierRow, row);
    return kind === 'pending' && source === 'export' && isOutdated ? 'put' : 'keep';
  }
  if (state === 'none') return kind === 'pending' && reason === enteredByHand ? 'put' : 'keep';
  return kind === 'none' ? 'put' : 'keep';
}
