/**
 * What an import did, counted. An activity that several archives have counts once.
 */
import type { ExportedActivity } from '../../domain/bulk-export/exported-activity.ts';
import type {
  ActivityImportWrite,
  ImportedActivity,
  ImportOutcome,
  StoredImport,
} from '../../mongo/imports/import-store.ts';
import type { PreferredSource } from '../../domain/bulk-export/recording-plan.ts';
import type { ResolvedRecording } from './recording.ts';

export interface ImportCounts {
  /** The chosen ones that were looked at. */
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

/** How an activity counts: what became of it, and of its recording. */
interface CountedAs {
  readonly outcome: Outcome;
  readonly has: readonly ('recordings' | 'cut' | 'byHand' | 'leftToApi')[];
}

type Outcome = 'added' | 'changed' | 'unchanged' | 'keptApi' | 'deleted' | 'undated' | 'rejected';

/** The same with what is wrong. */
interface Finding extends CountedAs {
  readonly problem?: ImportProblem | undefined;
}

export interface ImportSummary {
  readonly counts: ImportCounts;
  readonly problems: ImportProblem[];
}

export interface ImportResult extends ImportSummary {
  /** By activity. */
  readonly findings: Map<number, Finding>;
}

export function emptyResult(): ImportResult {
  const outcomes = { added: 0, changed: 0, unchanged: 0, keptApi: 0, deleted: 0 };
  const others = { undated: 0, rejected: 0, recordings: 0, cut: 0, byHand: 0, leftToApi: 0 };
  return { counts: { activities: 0, ...outcomes, ...others }, problems: [], findings: new Map() };
}

/** Counts what is stored already. */
export function countKept(
  result: ImportResult,
  { id, file }: ExportedActivity,
  { streams }: StoredImport,
): void {
  const isStored = streams?.state === 'stored';
  if (isStored && streams.source === 'api' && file.kind === 'file')
    count(result, id, { outcome: 'keptApi', has: [] });
  else if (isStored) count(result, id, { outcome: 'unchanged', has: ['recordings'] });
  else {
    const has = streams?.state === 'none' ? 'byHand' : 'leftToApi';
    count(result, id, { outcome: 'unchanged', has: [has] });
  }
}

/** Counts an activity that is not stored, because no date is certain. */
export function countUndated(
  result: ImportResult,
  activity: ExportedActivity,
  problem: string,
): void {
  const undated = { activity, problem, isExplained: false };
  count(result, activity.id, { outcome: 'undated', has: [], problem: undated });
}

interface Imported {
  readonly activity: ExportedActivity;
  readonly resolved: ResolvedRecording;
  readonly outcome: ImportOutcome;
  /** Before it was imported. */
  readonly stored: StoredImport | undefined;
}

export function countOutcome(result: ImportResult, imported: Imported): void {
  const { activity, resolved, outcome, stored } = imported;
  const { id } = activity;
  if (outcome === 'deleted') {
    count(result, id, { outcome, has: [] });
    return;
  }
  if (outcome === 'foreign' || typeof outcome === 'object') {
    const why = outcome === 'foreign' ? "it is stored as another athlete's" : outcome.rejected;
    const problem = { activity, problem: why, isExplained: false };
    count(result, id, { outcome: 'rejected', has: [], problem });
    return;
  }
  const { problem, isExplained } = resolved;
  const isKept = resolved.recording.kind === 'pending' && stored?.streams?.state === 'stored';
  const countedAs: CountedAs = isKept
    ? keptAs(outcome, stored.streams.source)
    : { outcome, has: outcome === 'keptApi' ? [] : recordingOf(resolved) };
  count(result, id, {
    ...countedAs,
    ...(problem !== undefined && { problem: { activity, problem, isExplained } }),
  });
}

/** An archive without a usable recording leaves the one that is stored. */
function keptAs(outcome: Outcome, source: PreferredSource): CountedAs {
  return source === 'api' ? { outcome: 'keptApi', has: [] } : { outcome, has: ['recordings'] };
}

/** In the place of what an older archive of the same import let the activity count. */
function count({ counts, problems, findings }: ImportResult, id: number, found: Finding): void {
  const earlier = findings.get(id);
  const finding = earlier === undefined ? found : after(earlier, found);
  if (earlier !== undefined) {
    add(counts, earlier, -1);
    if (earlier.problem !== undefined) problems.splice(problems.indexOf(earlier.problem), 1);
  }
  add(counts, finding, 1);
  if (finding.problem !== undefined) problems.push(finding.problem);
  findings.set(id, finding);
}

/** What an older archive brought is stored, whatever the newer one does not have. */
function after(earlier: Finding, found: Finding): Finding {
  const isWritten = earlier.outcome === 'added' || earlier.outcome === 'changed';
  const isStored = isWritten || earlier.outcome === 'unchanged' || earlier.outcome === 'keptApi';
  if (isStored && (found.outcome === 'undated' || found.outcome === 'rejected'))
    return { ...found, outcome: earlier.outcome, has: earlier.has };
  const isSame = found.outcome === 'unchanged' || found.outcome === 'changed';
  return isWritten && isSame ? { ...found, outcome: earlier.outcome } : found;
}

function add(counts: ImportCounts, { outcome, has }: CountedAs, by: 1 | -1): void {
  for (const key of ['activities', outcome, ...has] as const) counts[key] += by;
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

function recordingOf({ recording, cut }: ResolvedRecording): CountedAs['has'] {
  if (recording.kind === 'none') return ['byHand'];
  if (recording.kind === 'pending') return ['leftToApi'];
  return cut === undefined ? ['recordings'] : ['recordings', 'cut'];
}
