/** Makes a bulk export of a simulated athlete, as Strava would send it, with any of its oddities. */
import { createWriteStream } from 'node:fs';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import { ZipFile } from 'yazl';
import type { World } from '../world/world.ts';
import { activityTable } from './activity-table.ts';
import type { ExportedRow, TableLayout } from './activity-table.ts';
import { athleteFiles } from './athlete-files.ts';
import { csvBytes } from './csv-text.ts';
import type { Spreadsheet } from './csv-text.ts';
import { languageTexts } from './languages.ts';
import type { ExportLanguage } from './languages.ts';
import { recordingBytes, recordingEnding } from './recordings.ts';
import type { RecordingChoice } from './recordings.ts';

export interface ArchiveOptions {
  /** Where to write it. */
  readonly path: string;
  /** Default a zip. */
  readonly isFolder?: boolean;
  /** Default English. */
  readonly language?: ExportLanguage;
  /** Default that of 2026. */
  readonly layout?: TableLayout;
  /** The time of every file; default the newest activity's start and a day. */
  readonly madeAt?: Date;
  /** Somebody packed the folder again, with itself. */
  readonly leadingFolder?: string;
  readonly isZip64?: boolean;
  /** Gzipped files are unpacked, though the table still names them with `.gz`. */
  readonly isUnpackedByMacOs?: boolean;
  /** A spreadsheet saved over `activities.csv`. */
  readonly spreadsheet?: Spreadsheet;
  /** By activity. `#error#` is a file that Strava lost, `absent` one that is named and not there. */
  readonly recordings?: ReadonlyMap<number, RecordingChoice | '#error#' | 'absent'>;
  /** By activity. */
  readonly descriptions?: ReadonlyMap<number, string>;
  /** Leaves activities out, as an older export does; default all are in. */
  readonly includes?: (id: number) => boolean;
}

/** An activity in the archive: the file that its row names, `#error#`, or empty. */
export interface ArchivedActivity {
  readonly id: number;
  readonly file: string;
}

export interface MadeArchive {
  readonly path: string;
  readonly madeAt: Date;
  /** Ascending by id. */
  readonly activities: readonly ArchivedActivity[];
}

/** Writes the archive. Recordings are made one after the other, so it may have any number of them. */
export async function makeArchive(
  world: World,
  athleteId: number,
  options: ArchiveOptions,
): Promise<MadeArchive> {
  const texts = languageTexts[options.language ?? 'en'];
  const truths = world.activities(athleteId).filter(({ id }) => options.includes?.(id) ?? true);
  const newest = Math.max(0, ...truths.map(({ startAt }) => startAt.getTime()));
  const madeAt = options.madeAt ?? new Date(newest + 86_400_000);
  const rows = truths
    .map(({ id }) => rowOf(world, id, options))
    .sort((one, other) => one.summary.id - other.summary.id);
  const table = activityTable(rows, texts, options.layout ?? '2026');
  const files: ArchiveFile[] = [
    { path: 'activities.csv', content: () => csvBytes(table, options.spreadsheet) },
    ...[...athleteFiles(world, athleteId, texts)].map(([path, bytes]) => ({
      path,
      content: () => bytes,
    })),
    ...rows.flatMap((row) => recordingOf(world, row, options)),
  ];
  const below = files.map((file) => ({
    ...file,
    path: options.leadingFolder === undefined ? file.path : `${options.leadingFolder}/${file.path}`,
  }));
  if (options.isFolder === true) await writeFolder(below, options.path, madeAt);
  else await writeZip(below, options, madeAt);
  const activities = rows.map(({ summary, file }) => ({ id: summary.id, file }));
  return { path: options.path, madeAt, activities };
}

interface ArchiveFile {
  readonly path: string;
  readonly content: () => Uint8Array;
}

function rowOf(world: World, id: number, options: ArchiveOptions): ExportedRow {
  const summary = world.summary(id);
  return {
    summary,
    description: options.descriptions?.get(id) ?? '',
    // A hidden start is hidden from others, not from the athlete's own export.
    startMs: world.recording(id)?.keptFromMs ?? Date.parse(summary.start_date),
    file: fileOf(world, id, options),
  };
}

/** The number in a file's name is the upload's, except for recordings of Strava's own apps. */
function fileOf(world: World, id: number, { recordings }: ArchiveOptions): string {
  const choice = recordings?.get(id);
  if (choice === '#error#') return choice;
  const ending = recordingEnding(world, id, choiceOf(choice));
  if (ending === null) return '';
  return `activities/${ending === '.gpx' ? id : id + 1_200_000_000}${ending}`;
}

function choiceOf(choice: RecordingChoice | string | undefined): RecordingChoice {
  return typeof choice === 'object' ? choice : {};
}

function recordingOf(
  world: World,
  { summary: { id }, file }: ExportedRow,
  { recordings, isUnpackedByMacOs = false }: ArchiveOptions,
): readonly ArchiveFile[] {
  const choice = recordings?.get(id);
  if (file === '' || typeof choice === 'string') return [];
  const bytes = (): Uint8Array => recordingBytes(world, id, choiceOf(choice));
  if (!isUnpackedByMacOs || !file.endsWith('.gz')) return [{ path: file, content: bytes }];
  return [{ path: file.slice(0, -'.gz'.length), content: () => gunzipSync(bytes()) }];
}

async function writeZip(
  files: readonly ArchiveFile[],
  { path, isZip64 = false }: ArchiveOptions,
  mtime: Date,
): Promise<void> {
  const zip = new ZipFile();
  for (const file of files) {
    const options = { mtime, forceZip64Format: isZip64, compress: !file.path.endsWith('.gz') };
    zip.addReadStreamLazy(file.path, options, (give) => {
      give(null, Readable.from([Buffer.from(file.content())], { objectMode: false }));
    });
  }
  zip.end({ forceZip64Format: isZip64, comment: '' });
  await mkdir(dirname(path), { recursive: true });
  await pipeline(zip.outputStream, createWriteStream(path));
}

async function writeFolder(files: readonly ArchiveFile[], folder: string, at: Date): Promise<void> {
  for (const file of files) {
    const path = join(folder, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.content());
    await utimes(path, at, at);
  }
}
