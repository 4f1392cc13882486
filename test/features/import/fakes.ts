/** Archives and a store of imports in memory. */
import type { ExportArchive } from '../../../src/bulk-export/archive.ts';
import type { ExportedActivity } from '../../../src/domain/bulk-export/exported-activity.ts';
import type {
  ImportedActivity,
  ImportOutcome,
  ImportStore,
  StoredImport,
} from '../../../src/mongo/imports/import-store.ts';
import type { ImportRun } from '../../../src/features/import/run.ts';
import { importActivities } from '../../../src/features/import/run.ts';
import { emptyResult } from '../../../src/features/import/result.ts';
import type { NamedArchive } from '../../../src/features/import/archives.ts';

export const athleteId = 1001;
export const startAt = new Date('2024-06-01T06:00:00Z');

/** A row whose recording, if it has one, lasts ten seconds. */
export function rowOf(id: number, given: Partial<ExportedActivity> = {}): ExportedActivity {
  return {
    id,
    starts: [startAt],
    dateText: 'Jun 1, 2024, 6:00:00 AM',
    file: { kind: 'file', path: `activities/${id}.gpx` },
    isUploaded: true,
    fields: { name: `Ride ${id}`, sport_type: 'Ride', elapsed_time: 10 },
    row: [String(id)],
    ...given,
  };
}

/** A point each second from the start on. */
export function gpxOf(seconds = 10): Uint8Array {
  const points = Array.from({ length: seconds + 1 }, (_, second) => {
    const at = new Date(startAt.getTime() + second * 1_000).toISOString();
    return `<trkpt lat="${47 + second * 1e-4}" lon="11"><ele>500</ele><time>${at}</time></trkpt>`;
  });
  return Buffer.from(
    `<?xml version="1.0"?><gpx><trk><trkseg>${points.join('')}</trkseg></trk></gpx>`,
  );
}

export interface FakeArchive {
  readonly activities: readonly ExportedActivity[];
  readonly athleteId?: number | undefined;
  readonly madeAt?: Date;
  /** By path; another file is not there. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly path?: string;
}

export function archiveOf({
  activities,
  athleteId,
  madeAt = new Date('2026-01-01T00:00:00Z'),
  files = {},
  path = 'export.zip',
}: FakeArchive): NamedArchive {
  const archive: ExportArchive = {
    madeAt,
    contents: { athlete: { id: athleteId, fields: {} }, activities, gear: [], problems: [] },
    readRecording: (name) => {
      const bytes = files[name];
      const unreadable = 'the archive does not have it';
      return Promise.resolve(bytes === undefined ? { unreadable } : { bytes, path: name });
    },
    sizeOf: (name) => Promise.resolve(files[name]?.length ?? 0),
    close: () => Promise.resolve(),
  };
  return { path, archive };
}

export interface FakeStore extends ImportStore {
  readonly written: ImportedActivity[];
}

export function storeOf(
  stored: ReadonlyMap<number, StoredImport> = new Map(),
  outcomeOf: (imported: ImportedActivity) => ImportOutcome = () => 'added',
): FakeStore {
  const written: ImportedActivity[] = [];
  return {
    written,
    stored: (ids) => Promise.resolve(new Map([...stored].filter(([id]) => ids.includes(id)))),
    write: (_, imported) => {
      written.push(imported);
      return Promise.resolve(outcomeOf(imported));
    },
    refreshRoutes: () => Promise.resolve(),
    writeAthlete: () => Promise.resolve(),
  };
}

/** An import of all activities of the archive. */
export function runOf(
  archive: FakeArchive,
  store: FakeStore,
  given: Partial<ImportRun> = {},
): ImportRun {
  const at = new Date('2026-02-01T00:00:00Z');
  return {
    ...{ store, source: archiveOf(archive), activities: archive.activities, filter: {} },
    write: { athleteId, epoch: 7, at, prefer: 'api' },
    ...{ isDryRun: false, signal: new AbortController().signal, onDone: () => undefined },
    assertHeld: () => Promise.resolve(),
    ...given,
  };
}

/** Runs it: the counts, the problems, and what the store was given. */
export async function resultOf(
  archive: FakeArchive,
  store = storeOf(),
  given: Partial<ImportRun> = {},
) {
  const result = emptyResult();
  await importActivities(runOf(archive, store, given), result);
  return { ...result, written: store.written };
}

/** A ride with its recording. */
export const ride = { activities: [rowOf(1)], files: { 'activities/1.gpx': gpxOf() } };

/** An activity without a recording. */
export const byHand = rowOf(3, { file: { kind: 'none' }, isUploaded: false });
