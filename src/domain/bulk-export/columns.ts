/**
 * Finds the columns of `activities.csv`. Their names are in the account's language and repeat, and
 * their number changes, so they are found by what stands in them, and by their distance from the
 * column of files.
 */
import { isDistanceInMetres, readFlag, readId, readNumber } from './numbers.ts';

/** What stands at a fixed place from the left. */
export const firstColumns = {
  id: 0,
  date: 1,
  name: 2,
  type: 3,
  description: 4,
  elapsedTime: 5,
  distance: 6,
} as const;

/** The second group, counted from the column of files. */
export const secondColumns = {
  elapsed_time: 3,
  moving_time: 4,
  distance: 5,
  max_speed: 6,
  average_speed: 7,
  total_elevation_gain: 8,
  elev_low: 10,
  elev_high: 11,
  average_cadence: 17,
  max_heartrate: 18,
  average_heartrate: 19,
  max_watts: 20,
  average_watts: 21,
  calories: 22,
  average_temp: 24,
  suffer_score: 25,
} as const;

/** Further to the right columns come and go: where they were in exports of 2021 to 2026. */
const usualColumns = { 'from upload': 40, bike: 56, gear: 57 } as const;

/** Indexes into a row; undefined where the export has no such column. */
export interface ActivityColumns {
  readonly file: number | undefined;
  readonly hasSecondGroup: boolean;
  readonly commute: number | undefined;
  readonly fromUpload: number | undefined;
  readonly bike: number | undefined;
  readonly shoe: number | undefined;
  /** Whether the distance of the first group has metres. */
  readonly isDistanceInMetres: boolean;
}

/** What the column of files holds where it is not empty. */
export const filePattern = /^(?:activities\/.+\.(?:fit|gpx|tcx)(?:\.gz)?|#error#)$/i;

/** Finds the columns of a table from its header (empty where it has none) and its rows. */
export function findColumns(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): ActivityColumns {
  const names = header.map((name) => name.trim().toLowerCase());
  const file = findFileColumn(rows) ?? indexOrNone(names.indexOf('filename'));
  const width = Math.max(names.length, ...rows.slice(0, 1).map((row) => row.length));
  const after = (name: keyof typeof usualColumns, isFitting: (cell: string) => boolean) => {
    if (file === undefined) return undefined;
    const named = names.indexOf(name, file);
    const at = named >= 0 ? named : file + usualColumns[name];
    const cells = cellsOf(rows, at);
    return cells.length > 0 && cells.every(isFitting) ? at : undefined;
  };
  return {
    file,
    hasSecondGroup: file !== undefined && width > file + secondColumns.distance,
    commute: findCommuteColumn(rows, file),
    fromUpload: after('from upload', (cell) => readFlag(cell) !== undefined),
    bike: after('bike', isGearNumber),
    shoe: after('gear', isGearNumber),
    isDistanceInMetres: isDistanceInMetres(
      rows.map((row) => ({
        distance: readNumber(row[firstColumns.distance]),
        seconds: readNumber(row[firstColumns.elapsedTime]),
      })),
    ),
  };
}

/** Not a share such as the moon's phase, and not an instant such as a sunset. */
function isGearNumber(cell: string): boolean {
  return (readId(cell) ?? Infinity) < 1_000_000_000;
}

/** The column with the most names of recordings. */
function findFileColumn(rows: readonly (readonly string[])[]): number | undefined {
  const votes = new Map<number, number>();
  for (const row of rows) {
    const at = row.findIndex((cell) => filePattern.test(cell));
    if (at > firstColumns.description) votes.set(at, (votes.get(at) ?? 0) + 1);
  }
  return [...votes].sort(([, one], [, other]) => other - one)[0]?.[0];
}

/** The one between the first group and the files that says true or false throughout. */
function findCommuteColumn(
  rows: readonly (readonly string[])[],
  file: number | undefined,
): number | undefined {
  for (let at = firstColumns.distance + 1; at < (file ?? 0); at++) {
    const cells = cellsOf(rows, at);
    const isFlag = (cell: string): boolean => /^\D+$/.test(cell) && readFlag(cell) !== undefined;
    if (cells.length > 0 && cells.every(isFlag)) return at;
  }
  return undefined;
}

/** What stands in a column, without the empty cells. */
function cellsOf(rows: readonly (readonly string[])[], at: number): readonly string[] {
  return rows.map((row) => row[at]?.trim() ?? '').filter((cell) => cell !== '');
}

function indexOrNone(index: number): number | undefined {
  return index < 0 ? undefined : index;
}
