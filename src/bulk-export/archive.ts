/** Opens a bulk export of Strava: the zip as it came, or the folder that it was unpacked to. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { readActivityTable } from '../domain/bulk-export/activity-row.ts';
import { readAthlete, readGear } from '../domain/bulk-export/athlete-tables.ts';
import type { ExportContents } from '../domain/bulk-export/exported-activity.ts';
import { BulkExportUnusableError, NoBulkExportError } from '../errors.ts';
import { readCsv } from './csv.ts';
import type { CsvTable } from './csv.ts';
import { activitiesFile, archiveLimits, athleteFiles } from './export-files.ts';
import type { ArchiveLimits, ExportFiles } from './export-files.ts';
import { openFolder } from './folder-files.ts';
import { openZip } from './zip-files.ts';

export interface ExportArchive {
  /** When the archive was made: the newest entry's time. */
  readonly madeAt: Date;
  readonly contents: ExportContents;
  /**
   * A recording's bytes as they stand in the archive. `path` is where they were found, for macOS unpacks
   * `.gz` files; `unreadable` completes "the recording cannot be read: …". It never throws.
   */
  readRecording(
    path: string,
  ): Promise<
    { readonly bytes: Uint8Array; readonly path: string } | { readonly unreadable: string }
  >;
  /** The bytes that {@link readRecording} would read, for the progress; 0 where there are none. */
  sizeOf(path: string): Promise<number>;
  close(): Promise<void>;
}

/** The oldest exports have ten. */
const minColumns = 7;

/**
 * Opens a zip or an unpacked folder and reads its tables. One file is in memory at a time.
 * @throws BulkExportUnusableError where it is cut, damaged, unsafe or too large.
 * @throws NoBulkExportError where there is nothing, no zip, or no `activities.csv` of Strava's.
 */
export async function openArchive(
  path: string,
  limits: ArchiveLimits = archiveLimits,
): Promise<ExportArchive> {
  const files = await openFiles(path, limits);
  try {
    return {
      madeAt: files.madeAt,
      contents: await readContents(files, path),
      readRecording: (name) => readRecordingFile(files, name),
      sizeOf: async (name) => files.sizeOf(await foundPath(files, name)),
      close: () => files.close(),
    };
  } catch (error) {
    await files.close();
    throw error;
  }
}

async function openFiles(path: string, limits: ArchiveLimits): Promise<ExportFiles> {
  let found: Stats;
  try {
    found = await stat(path);
  } catch (cause) {
    throw new NoBulkExportError(`There is no file or folder ${path}, or it may not be read.`, {
      cause,
    });
  }
  if (found.isDirectory()) return openFolder(path, limits);
  // A pipe would wait for somebody who writes, and a zip is read from its end.
  if (!found.isFile()) {
    throw new NoBulkExportError(
      `${path} is neither a file nor a folder. Save the zip from Strava to the disk first.`,
    );
  }
  return openZip(path, limits);
}

async function readContents(files: ExportFiles, path: string): Promise<ExportContents> {
  const content = await files.read(activitiesFile);
  if ('unreadable' in content) {
    throw new BulkExportUnusableError(
      `${path} cannot be imported, for its ${activitiesFile} cannot be read: ${content.unreadable}.`,
    );
  }
  const table = readCsv(content.bytes);
  const { activities, problems } = readActivityTable(table.rows);
  if (activities.length === 0 && (table.rows[0]?.length ?? 0) < minColumns) {
    throw new NoBulkExportError(
      `${activitiesFile} in ${path} is not the table that Strava writes.`,
    );
  }
  const [profile, preferences, bikes, shoes] = [
    await readTable(files, athleteFiles.profile),
    await readTable(files, athleteFiles.preferences),
    await readTable(files, athleteFiles.bikes),
    await readTable(files, athleteFiles.shoes),
  ];
  const damaged = Object.entries({
    [activitiesFile]: table,
    [athleteFiles.profile]: profile,
    [athleteFiles.preferences]: preferences,
    [athleteFiles.bikes]: bikes,
    [athleteFiles.shoes]: shoes,
  }).flatMap(([where, { problems: each }]) => each.map((problem) => ({ where, problem })));
  return {
    athlete: readAthlete(profile.rows, preferences.rows),
    activities,
    gear: [...readGear(bikes.rows, 'bike'), ...readGear(shoes.rows, 'shoes')],
    problems: [...damaged, ...problems],
  };
}

/** Empty where the export has no such table: people keep only the part that they think they need. */
async function readTable(files: ExportFiles, name: string): Promise<CsvTable> {
  if (!(await files.has(name))) return { rows: [], problems: [] };
  const content = await files.read(name);
  return 'bytes' in content
    ? readCsv(content.bytes)
    : { rows: [], problems: [`it cannot be read: ${content.unreadable}`] };
}

async function readRecordingFile(
  files: ExportFiles,
  path: string,
): ReturnType<ExportArchive['readRecording']> {
  const found = await foundPath(files, path);
  const content = await files.read(found);
  return 'bytes' in content ? { bytes: content.bytes, path: found } : content;
}

/** Where a file is: macOS may have unpacked it. */
async function foundPath(files: ExportFiles, path: string): Promise<string> {
  const unpacked = path.replace(/\.gz$/i, '');
  return (await files.has(path)) || !(await files.has(unpacked)) ? path : unpacked;
}
