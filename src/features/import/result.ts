/**
 * What an import did, counted.
 */
import type { ExportedActivity } from '../../domain/bulk-export/exported-activity.ts';
import type {
  ActivityImportWrite,
  ImportedActivity,
  ImportOutcome,
  StoredImport,
} from '../../mongo/imports/import-store.ts';
import type { JudgedRecording } from './recording.ts';

export interface ImportCounts {
  /** The chosen rows. */
  activities: number;
  added: number;
  changed: number;
  /** The same was stored already. */
  unchanged: number;
  /** The API's recording was kept. */
  keptApi: number;
  /** Deleted at Strava after the archive was made. */
  deleted: number;
  /** Not stored, because no date is certain. */
  undated: number;
  /** Not stored for another reason. */
  rejected: number;
  /** The recordings, and how many of them were cut to the activity. */
  recordings: number;
  cut: number;
  byHand: number;
  leftToApi: number;
}

export interface ImportProblem {
  /** The activity; undefined for a row that is none. */
  readonly activity?: ExportedActivity;
  /** Where it is, if no activity is named. */
  readonly where?: string;
  /** A clause. */
  readonly problem: string;
  /** Whether the export itself explains it. */
  readonly isExplained: boolean;
}

export interface ImportResult {
  readonly counts: ImportCounts;
  readonly problems: ImportProblem[];
}

export function emptyResult(): ImportResult {
  const outcomes = { added: 0, changed: 0, unchanged: 0, keptApi: 0, deleted: 0 };
  const others = { undated: 0, rejected: 0, recordings: 0, cut: 0, byHand: 0, leftToApi: 0 };
  return { counts: { activities: 0, ...outcomes, ...others }, problems: [] };
}

/** Counts what is stored already. */
export function countKept({ counts }: ImportResult, { streams }: StoredImport): void {
  counts.unchanged += 1;
  if (streams?.state === 'stored') counts.recordings += 1;
  else if (streams?.state === 'none') counts.byHand += 1;
  else counts.leftToApi += 1;
}

interface Imported {
  readonly activity: ExportedActivity;
  readonly judged: JudgedRecording;
  readonly outcome: ImportOutcome;
}

export function countOutcome(result: ImportResult, imported: Imported): void {
  const { activity, judged, outcome } = imported;
  const { counts, problems } = result;
  const { problem, isExplained } = judged;
  if (outcome === 'deleted') {
    counts.deleted += 1;
    return;
  }
  if (problem !== undefined) problems.push({ activity, problem, isExplained });
  if (outcome === 'foreign' || typeof outcome === 'object') {
    const why = outcome === 'foreign' ? "it is stored as another athlete's" : outcome.rejected;
    problems.push({ activity, problem: why, isExplained: false });
    counts.rejected += 1;
    return;
  }
  counts[outcome] += 1;
  if (outcome !== 'keptApi') countRecording(counts, judged);
}

/** What a write would do. */
export function expectedOutcome(
  { athleteId, prefer }: Pick<ActivityImportWrite, 'athleteId' | 'prefer'>,
  { recording, export: { archivedAt, digest } }: ImportedActivity,
  stored: StoredImport | undefined,
): ImportOutcome {
  const { tombstone, summary, streams } = stored ?? {};
  if (tombstone?.why === 'deleted' && tombstone.at > archivedAt) return 'deleted';
  if (stored === undefined || summary === undefined) return 'added';
  if (stored.athleteId !== athleteId) return 'foreign';
  const isNewer = stored.archivedAt !== undefined && stored.archivedAt > archivedAt;
  const isApis = streams?.state === 'stored' && streams.source === 'api';
  if (isNewer || (stored.digest === digest && !(isApis && prefer === 'export'))) return 'unchanged';
  return isApis && prefer === 'api' && recording.kind !== 'none' ? 'keptApi' : 'changed';
}

function countRecording(counts: ImportCounts, { recording, cut }: JudgedRecording): void {
  if (recording.kind === 'none') counts.byHand += 1;
  else if (recording.kind === 'pending') counts.leftToApi += 1;
  else {
    counts.recordings += 1;
    if (cut !== undefined) counts.cut += 1;
  }
}
