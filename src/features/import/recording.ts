/**
 * Reads the recording of one activity and decides what of it is the activity's. It writes nothing.
 */
import { createHash } from 'node:crypto';
import { readRecording } from '../../bulk-export/read-recording.ts';
import { cutColumns } from '../../domain/bulk-export/cut.ts';
import type { ExportedActivity } from '../../domain/bulk-export/exported-activity.ts';
import { exportStreams } from '../../domain/bulk-export/export-streams.ts';
import { matchRecording } from '../../domain/bulk-export/match.ts';
import type { RecordedColumns } from '../../domain/bulk-export/recorded-file.ts';
import type { ImportedRecording, RecordingCut } from '../../mongo/imports/import-store.ts';

/** What the archive has in the place of a recording. */
export type RecordingBytes =
  | { readonly bytes: Uint8Array; readonly path: string }
  | { readonly unreadable: string }
  /** None by its row. */
  | undefined;

/** An activity's recording as it will be stored. */
export interface ResolvedRecording {
  /** Undefined where its date can be read in several ways, or in none, and no recording settles it. */
  readonly startAt: Date | undefined;
  readonly recording: ImportedRecording;
  readonly cut?: RecordingCut;
  /** What is wrong, as a clause. */
  readonly problem?: string;
  /** Whether the export itself explains the problem, so that nobody has to look. */
  readonly isExplained: boolean;
}

/** As much as {@link matchRecording} lets a whole recording lack. */
const maxMissingS = 2;

/** Of the row and the recording's bytes. */
export function digestOf({ row }: ExportedActivity, found: RecordingBytes): string {
  const hash = createHash('sha256').update(JSON.stringify(row));
  if (found !== undefined) hash.update('bytes' in found ? found.bytes : found.unreadable);
  return hash.digest('hex');
}

/** Decides what of a recording is the activity's, and when it starts. Pure. */
export function resolveRecording(
  activity: ExportedActivity,
  found: RecordingBytes,
): ResolvedRecording {
  const { file, isUploaded } = activity;
  if (file.kind === 'missing')
    return leftToApi(activity, 'Strava had no file for the export (#error#)', true);
  if (found === undefined) {
    if (isUploaded) return leftToApi(activity, 'the export names no file, though it was uploaded');
    return { startAt: onlyStart(activity), recording: { kind: 'none' }, isExplained: true };
  }
  if ('unreadable' in found) return unreadable(activity, found.unreadable);
  const result = readRecording(found.path, found.bytes);
  if ('unreadable' in result) return unreadable(activity, result.unreadable);
  const { columns, problems } = result.recording;
  const match = matchRecording(activity, columns);
  if (match.kind === 'pending') return leftToApi(activity, [match.reason, ...problems].join('; '));
  const { kind, startAt, from, to } = match;
  const part = kind === 'cut' ? cutColumns(columns, { from, to }) : columns;
  return {
    startAt,
    recording: { kind: 'streams', ...exportStreams(part) },
    ...(kind === 'cut' && { cut: secondsOf(columns, from, to) }),
    ...(problems.length > 0 && { problem: problems.join('; ') }),
    isExplained: problems.length === 0 || lasts(activity, part),
  };
}

/** Whether a repaired recording lacks nothing of the activity's time. */
function lasts({ fields }: ExportedActivity, { timeS }: RecordedColumns): boolean {
  const elapsedS = fields['elapsed_time'];
  const lastedS = (timeS.at(-1) ?? 0) - (timeS[0] ?? 0);
  return typeof elapsedS === 'number' && elapsedS - lastedS <= maxMissingS;
}

function unreadable(activity: ExportedActivity, why: string): ResolvedRecording {
  return leftToApi(activity, `the recording cannot be read: ${why}`);
}

function leftToApi(
  activity: ExportedActivity,
  reason: string,
  isExplained = false,
): ResolvedRecording {
  const recording = { kind: 'pending', reason } as const;
  return { startAt: onlyStart(activity), recording, problem: reason, isExplained };
}

function onlyStart({ starts }: ExportedActivity): Date | undefined {
  return starts.length === 1 ? starts[0] : undefined;
}

function secondsOf({ timeS }: RecordedColumns, from: number, to: number): RecordingCut {
  const [firstS = 0] = timeS;
  return { fromS: (timeS[from] ?? firstS) - firstS, toS: (timeS[to - 1] ?? firstS) - firstS };
}
