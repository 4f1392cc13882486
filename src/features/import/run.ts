/**
 * Imports the activities of one archive. A few are worked on at once: while MongoDB writes one, the next
 * is read. Memory depends on the largest recordings, never on how many there are.
 */
import type { ExportedActivity } from '../../domain/bulk-export/exported-activity.ts';
import type {
  ActivityImportWrite,
  ImportedActivity,
  ImportOutcome,
  ImportStore,
  StoredImport,
} from '../../mongo/imports/import-store.ts';
import type { ActivityFilter } from '../shared/activity-filter.ts';
import type { NamedArchive } from './archives.ts';
import { isIn } from './chosen.ts';
import type { ImportResult } from './result.ts';
import { countKept, countOutcome, countUndated, expectedOutcome } from './result.ts';
import type { ResolvedRecording, RecordingBytes } from './recording.ts';
import { digestOf, resolveRecording } from './recording.ts';

export interface ImportRun {
  readonly store: ImportStore;
  readonly source: NamedArchive;
  readonly activities: readonly ExportedActivity[];
  readonly filter: ActivityFilter;
  readonly write: ActivityImportWrite;
  /** Whether nothing is written. */
  readonly isDryRun: boolean;
  readonly signal: AbortSignal;
  /** Called before each write, because an epoch cannot fence a document that does not exist. */
  readonly assertHeld: () => Promise<void>;
  /** Told of each activity when it is done, with the bytes of its recording. */
  readonly onDone: (bytes: number) => void;
}

/** So many are in memory at once. */
const atOnce = 3;
/** So many are looked up at once. */
const batchSize = 100;

/** @throws LeaseLostError, and the signal's reason once that is aborted. */
export async function importActivities(run: ImportRun, result: ImportResult): Promise<void> {
  const { activities, store, signal } = run;
  for (let index = 0; index < activities.length; index += batchSize) {
    const batch = activities.slice(index, index + batchSize);
    const stored = await store.stored(batch.map(({ id }) => id));
    await inParallel(batch, async (activity) => {
      signal.throwIfAborted();
      await importOne(run, { activity, stored: stored.get(activity.id) }, result);
    });
    if (!run.isDryRun) await store.refreshRoutes(run.write);
  }
}

/** What fails stops the others, and all have ended when it is thrown. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const item of waiting) {
      if (failures.length > 0) return;
      await work(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (failures.length > 0) throw failures[0];
}

interface Known {
  readonly activity: ExportedActivity;
  readonly stored: StoredImport | undefined;
}

async function importOne(run: ImportRun, known: Known, result: ImportResult): Promise<void> {
  const { activity, stored } = known;
  const found = await bytesOf(run, activity);
  const digest = digestOf(activity, found);
  if (stored !== undefined && isUpToDate(run, stored, digest)) countKept(result, activity, stored);
  else await importRecording(run, { ...known, digest, found }, result);
  run.onDone(found !== undefined && 'bytes' in found ? found.bytes.length : 0);
}

async function bytesOf(
  { source: { archive } }: ImportRun,
  { file }: ExportedActivity,
): Promise<RecordingBytes> {
  return file.kind === 'file' ? archive.readRecording(file.path) : undefined;
}

/** Whether an import has nothing to add: the same is stored, or what a newer archive brought. */
function isUpToDate({ source, write }: ImportRun, stored: StoredImport, digest: string): boolean {
  if (stored.digest === undefined || stored.tombstone !== undefined) return false;
  if (stored.athleteId !== write.athleteId) return false;
  // What is left to the API or has a problem is resolved again, so that it is named again.
  if (stored.streams?.state === 'pending' || stored.problem !== undefined) return false;
  const isOlder = (stored.archivedAt ?? source.archive.madeAt) > source.archive.madeAt;
  const isPreferred = write.prefer === 'api' || stored.streams?.source !== 'api';
  return isOlder || (stored.digest === digest && isPreferred);
}

interface Found extends Known {
  readonly digest: string;
  readonly found: RecordingBytes;
}

async function importRecording(run: ImportRun, from: Found, result: ImportResult): Promise<void> {
  const { activity, stored, found } = from;
  const resolved = resolveRecording(activity, found);
  const { startAt } = resolved;
  if (startAt === undefined) {
    countUndated(result, activity, undatedText(resolved, activity));
    return;
  }
  if (!isIn(run.filter, startAt)) return;
  const imported = importedFrom(run, from, { ...resolved, startAt });
  const outcome = run.isDryRun
    ? expectedOutcome(run.write, imported, stored)
    : await writeHeld(run, imported);
  countOutcome(result, { activity, resolved, outcome, stored });
}

async function writeHeld(run: ImportRun, imported: ImportedActivity): Promise<ImportOutcome> {
  await run.assertHeld();
  return run.store.write(run.write, imported);
}

function importedFrom(
  { source }: ImportRun,
  { activity, digest }: Found,
  { startAt, recording, cut, problem }: ResolvedRecording & { readonly startAt: Date },
): ImportedActivity {
  const { file } = activity;
  return {
    ...{ activity, startAt, recording },
    export: {
      ...(file.kind === 'file' && { file: file.path }),
      archivedAt: source.archive.madeAt,
      digest,
      ...(cut && { cut }),
      ...(problem !== undefined && { problem }),
    },
  };
}

function undatedText({ problem }: ResolvedRecording, { dateText }: ExportedActivity): string {
  const why = problem === undefined ? '' : `, and ${problem}`;
  return `its date "${dateText}" cannot be told for certain${why}`;
}
