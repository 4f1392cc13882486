/**
 * `export`: stored activities as GPX, GeoJSON, CSV or lines of JSON. It reads only the database: it
 * needs no request to Strava, no client and no login.
 */
import { join } from 'node:path';
import type { Recording } from '../../domain/activity/recording.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes, NothingToExportError } from '../../errors.ts';
import { fileNameOf } from './file-name.ts';
import type { ExportCounts } from './format.ts';
import { documentOf } from './format.ts';
import { writeToFile, writeToStream } from '../shared/output.ts';
import { outputFailed } from '../../standard-streams.ts';
import type { Database } from '../../main.ts';
import { commandDeadlineMs, openDatabase } from '../../main.ts';
import {
  athletesWithActivities,
  findRecording,
  recordings,
} from '../../mongo/streams/recordings.ts';
import { makeFolder } from '../../make-folder.ts';
import type { Program } from '../../program.ts';
import type { ExportOptions, ExportOrder } from './options.ts';
import { exportOrderOf } from './options.ts';
import { counted } from '../shared/text-format.ts';

export async function exportActivities(
  program: Program,
  options: ExportOptions,
): Promise<ExitCode> {
  const order = exportOrderOf(program, options);
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    const chosen = await choose(database, order);
    const stats: ExportCounts = { exported: 0, skipped: 0 };
    if (order.out !== undefined && order.format.isOneEach && order.activityId === undefined) {
      await writeFiles(program, order, { chosen, folder: order.out, stats });
    } else {
      await writeOne(program, order, { chosen, stats });
    }
    report(program, order, stats);
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

type Chosen = AsyncIterable<Recording> | Iterable<Recording>;

/** @throws NothingToExportError if the activity or athlete is not stored, or the format cannot hold it. */
async function choose({ store }: Database, order: ExportOrder): Promise<Chosen> {
  const { activityId, query } = order;
  const { athleteId } = query;
  if (athleteId !== undefined) {
    const known = await athletesWithActivities(store);
    if (!known.includes(athleteId)) throw nothingOf(athleteId, known);
  }
  if (activityId === undefined) return recordings(store, query);
  const found = await findRecording(store, activityId);
  if (found === undefined || (athleteId !== undefined && found.athleteId !== athleteId)) {
    const whose = athleteId === undefined ? '' : ` of athlete ${athleteId}`;
    throw new NothingToExportError(`There is no activity ${activityId}${whose} in the database.`);
  }
  if (!order.format.canHold(found)) throw unfit(found, order);
  return [found];
}

function nothingOf(athleteId: number, known: readonly number[]): NothingToExportError {
  const others =
    known.length === 0 ? 'there are none at all' : `there are some of ${known.join(', ')}`;
  return new NothingToExportError(`There are no activities of athlete ${athleteId}; ${others}.`);
}

function unfit(
  { id, streamsState }: Recording,
  { name, format }: ExportOrder,
): NothingToExportError {
  const reason =
    streamsState === 'stored' || streamsState === 'none'
      ? `it has no ${format.needs}`
      : `its streams are not stored yet (${streamsState}): npm run sync fetches them`;
  return new NothingToExportError(`Activity ${id} cannot be exported as ${name}: ${reason}.`);
}

async function writeOne(
  { stdout, signal }: Program,
  { format, out }: ExportOrder,
  { chosen, stats }: { chosen: Chosen; stats: ExportCounts },
): Promise<void> {
  const document = documentOf(format, chosen, stats);
  if (out === undefined) await writeToStream(stdout, document, signal);
  else await writeToFile(out, document, signal);
}

async function writeFiles(
  { signal }: Program,
  { name, format }: ExportOrder,
  { chosen, folder, stats }: { chosen: Chosen; folder: string; stats: ExportCounts },
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
    await writeToFile(path, documentOf(format, [recording], stats), signal);
  }
}

/** On stderr, because the document may be on stdout. Silent if a single activity went to stdout. */
function report(
  { stderr }: Program,
  order: ExportOrder,
  { exported, skipped }: ExportCounts,
): void {
  const activities = counted(exported, 'activity', 'activities');
  if (order.out !== undefined) stderr.write(`${activities} exported to ${order.out}.\n`);
  if (skipped === 0) return;
  const were =
    skipped === 1 ? '1 activity was' : `${counted(skipped, 'activity', 'activities')} were`;
  stderr.write(`${were} left out because of missing ${order.format.needs}.\n`);
}
