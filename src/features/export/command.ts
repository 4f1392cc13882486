/**
 * `export`: stored activities as GPX, GeoJSON, CSV or lines of JSON. It reads only the database: it
 * needs no request to Strava, no client and no login.
 */
import { join } from 'node:path';
import type { Recording } from '../../domain/activity/recording.ts';
import { hide } from '../shared/recording-files/hide.ts';
import type { ShownRecording } from '../shared/recording-files/samples.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes, NothingToExportError } from '../../errors.ts';
import { fileNameOf } from '../shared/recording-files/file-name.ts';
import type { ExportCounts } from '../shared/recording-files/format.ts';
import { createCounts, documentOf, unfitReason } from '../shared/recording-files/format.ts';
import {
  assertAbsent,
  isFile,
  writeNote,
  writeToFile,
  writeToStream,
} from '../shared/text/output.ts';
import { outputFailed } from '../../process/standard-streams.ts';
import type { Database } from '../../main.ts';
import type { Store } from '../../mongo/schema/collections.ts';
import { openDatabaseToRead } from '../../main.ts';
import type { RecordingQuery } from '../../mongo/streams/recordings.ts';
import { countRecordings, findRecording, recordings } from '../../mongo/streams/recordings.ts';
import { makeFolder } from '../../make-folder.ts';
import type { Program } from '../../program.ts';
import type { ExportOptions, ExportOrder } from './options.ts';
import { exportOrderOf } from './options.ts';
import type { ActivityFilter } from '../shared/activity-filter.ts';
import {
  assertStoredAthlete,
  emptyHint,
  namesMatchOf,
  withStoredNames,
} from '../shared/activity-filter.ts';
import { sayIfInterrupted } from '../shared/interruption.ts';
import type { Counter, CountProgress } from '../shared/progress/count-progress.ts';
import { createCountProgress } from '../shared/progress/count-progress.ts';
import { counted } from '../shared/text/text-format.ts';

export async function exportActivities(
  program: Program,
  options: ExportOptions,
): Promise<ExitCode> {
  const order = exportOrderOf(program, options);
  if (order.out !== undefined && order.folder === undefined && !order.isForced)
    await assertAbsent(order.out);
  const database = await openDatabaseToRead(program, { isPatient: true });
  try {
    const stats = createCounts();
    await writeChosen(program, database, order, stats);
    report(program, order, stats);
    const isNothing = stats.exported + stats.skipped + stats.kept === 0;
    if (isNothing && (await database.store.activities.estimatedDocumentCount()) === 0) {
      writeNote(program, emptyHint);
    }
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

async function writeChosen(
  program: Program,
  database: Database,
  order: ExportOrder,
  stats: ExportCounts,
): Promise<void> {
  await assertStoredAthlete(database.store, order.filter);
  const query = await recordingQueryOf(database.store, order.filter);
  using progress = await openProgress(program, database, { order, query });
  const chosen = await choose(database, { order, query }, progress);
  await sayIfInterrupted(
    () => write(program, order, { chosen, stats }),
    () => interruptedText(order, stats),
  );
}

type Chosen = AsyncIterable<ShownRecording> | Iterable<ShownRecording>;

interface Choice {
  readonly order: ExportOrder;
  readonly query: RecordingQuery;
}

/** @throws NothingToExportError if the activity is not stored or the format cannot hold it. */
async function choose(
  { store }: Database,
  { order, query }: Choice,
  progress: Counter | undefined,
): Promise<Chosen> {
  const { activityId, hidden } = order;
  const { athleteId } = order.filter;
  if (activityId === undefined) return hideInEach(recordings(store, query), hidden, progress);
  const found = await findRecording(store, activityId);
  if (found === undefined || (athleteId !== undefined && found.athleteId !== athleteId)) {
    const whose = athleteId === undefined ? '' : ` of athlete ${athleteId}`;
    throw new NothingToExportError(`There is no activity ${activityId}${whose} in the database.`);
  }
  if (!order.format.canHold(found)) throw unfit(found, order);
  const shown = hide(found, hidden);
  if (order.format.canHold(shown)) return [shown];
  throw new NothingToExportError(
    `Nothing of activity ${activityId} can be exported as ${order.name}: it is all in hidden places.`,
  );
}

/** @throws UsageError if the sport or the place is not stored. */
async function recordingQueryOf(store: Store, filter: ActivityFilter): Promise<RecordingQuery> {
  return { ...filter, where: namesMatchOf(await withStoredNames(store, filter)) };
}

async function* hideInEach(
  found: AsyncIterable<Recording>,
  places: ExportOrder['hidden'],
  progress: Counter | undefined,
): AsyncGenerator<ShownRecording> {
  for await (const one of found) {
    yield hide(one, places);
    progress?.advance();
  }
}

/** None for a single activity, nor between the lines of a document on the terminal. */
async function openProgress(
  program: Program,
  { store }: Database,
  { order: { out, activityId }, query }: Choice,
): Promise<CountProgress | undefined> {
  const isShown = 'isTTY' in program.stdout && program.stdout.isTTY === true;
  if (activityId !== undefined || (out === undefined && isShown)) return undefined;
  const total = await countRecordings(store, query);
  const progress = createCountProgress(program, { doing: 'Exporting', unit: 'activities' });
  progress.begin('', total);
  return progress;
}

function unfit(recording: Recording, { name, format }: ExportOrder): NothingToExportError {
  const reason = unfitReason(recording, format);
  return new NothingToExportError(
    `Activity ${recording.id} cannot be exported as ${name}: ${reason}.`,
  );
}

interface Work {
  readonly chosen: Chosen;
  readonly stats: ExportCounts;
}

function write(program: Program, order: ExportOrder, { chosen, stats }: Work): Promise<void> {
  const { folder } = order;
  return folder === undefined
    ? writeOne(program, order, { chosen, stats })
    : writeFiles(program, order, { chosen, stats, folder });
}

function interruptedText(order: ExportOrder, { exported }: ExportCounts): string {
  if (order.out === undefined) return 'Interrupted: what was written is not complete.';
  if (order.folder === undefined)
    return `Interrupted: nothing was exported, and ${order.out} is as it was.`;
  return `Interrupted: ${counted(exported, 'activity', 'activities')} exported to ${order.out}, the others not.`;
}

async function writeOne(
  { stdout, signal }: Program,
  { format, out }: ExportOrder,
  { chosen, stats }: Work,
): Promise<void> {
  const document = documentOf(format, chosen, stats);
  if (out === undefined) await writeToStream(stdout, document, signal);
  else await writeToFile(out, document, signal);
}

async function writeFiles(
  { signal }: Program,
  { name, format, isForced }: ExportOrder,
  { chosen, stats, folder }: Work & { readonly folder: string },
): Promise<void> {
  await makeFolder(folder, 0o700).catch((error: unknown) => {
    throw outputFailed(folder, error);
  });
  for await (const recording of chosen) {
    signal.throwIfAborted();
    if (!format.canHold(recording)) {
      stats.skipped += 1;
      continue;
    }
    const path = join(folder, fileNameOf(recording, name));
    if (!isForced && (await isFile(path))) {
      stats.kept += 1;
      continue;
    }
    await writeToFile(path, documentOf(format, [recording], stats), signal);
  }
}

/** On stderr, because the document may be on stdout. Silent if a single activity went to stdout. */
function report(
  program: Program,
  order: ExportOrder,
  { exported, skipped, kept, hidden }: ExportCounts,
): void {
  const activities = counted(exported, 'activity', 'activities');
  if (order.out !== undefined) writeNote(program, `${activities} exported to ${order.out}.`);
  if (kept > 0) {
    const were =
      kept === 1
        ? '1 file was there already and stays: --force replaces it'
        : `${counted(kept, 'file')} were there already and stay: --force replaces them`;
    writeNote(program, `${were}.`);
  }
  if (hidden > 0) writeNote(program, `${counted(hidden, 'sample')} in hidden places left out.`);
  if (skipped === 0) return;
  const were =
    skipped === 1 ? '1 activity was' : `${counted(skipped, 'activity', 'activities')} were`;
  const outside = order.hidden.length === 0 ? '' : ' outside of hidden places';
  writeNote(program, `${were} left out because of missing ${order.format.needs}${outside}.`);
}
