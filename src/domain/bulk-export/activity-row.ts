/** Reads the rows of `activities.csv`: what the export says of each activity, in the API's names. */
import type { JsonObject, JsonValue } from '../json.ts';
import { filePattern, findColumns, firstColumns, secondColumns } from './columns.ts';
import type { ActivityColumns } from './columns.ts';
import { readExportDate } from './dates.ts';
import type { ExportContents, ExportedActivity, RecordingFile } from './exported-activity.ts';
import { readFlag, readId, readNumber, readShownDistance } from './numbers.ts';
import { sportTypeOf } from './sport-types.ts';

type ActivityTable = Pick<ExportContents, 'activities' | 'problems'>;

/**
 * Reads a whole table, its header first; a row that cannot be read is a problem and stops nothing. One
 * without cells only counts.
 */
export function readActivityTable(table: readonly (readonly string[])[]): ActivityTable {
  const hasHeader = readId(table[0]?.[firstColumns.id]) === undefined;
  const [header, rows] = hasHeader ? [table[0] ?? [], table.slice(1)] : [[], table];
  const columns = findColumns(header, rows);
  const activities = new Map<number, ExportedActivity>();
  const problems: { where: string; problem: string }[] = [];
  rows.forEach((row, index) => {
    if (row.length === 0) return;
    const where = `activities.csv, row ${index + (hasHeader ? 2 : 1)}`;
    const read = readRow(row, columns);
    if (typeof read === 'string') problems.push({ where, problem: read });
    else if (!activities.has(read.id)) activities.set(read.id, read);
    else if (!isSameRow(activities.get(read.id)?.row, row)) {
      problems.push({ where, problem: `another row has the id ${read.id} too` });
    }
  });
  const sorted = [...activities.values()].sort((one, other) => one.id - other.id);
  return { activities: sorted, problems };
}

function isSameRow(one: readonly string[] | undefined, other: readonly string[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function readRow(row: readonly string[], columns: ActivityColumns): ExportedActivity | string {
  const idText = row[firstColumns.id] ?? '';
  const id = readId(idText);
  if (id === undefined) {
    const isRounded = /^\d(?:[.,]\d+)?E\+?\d+$/i.test(idText.trim());
    return isRounded
      ? 'a spreadsheet rounded its activity id; take the file as Strava made it'
      : 'it does not begin with an activity id';
  }
  const file = readFile(columns.file === undefined ? '' : (row[columns.file] ?? ''));
  if (file === undefined) return `no file's name stands in its column of files (activity ${id})`;
  // Where the column cannot be found, only a file tells an upload from an activity entered by hand.
  const isUploaded =
    file.kind !== 'none' ||
    (columns.fromUpload !== undefined && flagAt(row, columns.fromUpload) !== false);
  const dateText = row[firstColumns.date] ?? '';
  return {
    id,
    starts: readExportDate(dateText),
    dateText,
    file,
    isUploaded,
    fields: readFields(row, columns, isUploaded),
    row,
  };
}

/** Undefined where the cell is no file's name: then the row has more or fewer cells than it should. */
function readFile(cell: string): RecordingFile | undefined {
  const text = cell.trim();
  if (text === '') return { kind: 'none' };
  if (!filePattern.test(text) || text.split('/').includes('..')) return undefined;
  return text.startsWith('#') ? { kind: 'missing' } : { kind: 'file', path: text };
}

function readFields(
  row: readonly string[],
  columns: ActivityColumns,
  isUploaded: boolean,
): JsonObject {
  const description = row[firstColumns.description]?.trim();
  const commute = flagAt(row, columns.commute);
  const fields: Record<string, JsonValue | undefined> = {
    name: row[firstColumns.name] ?? '',
    description: description === '' ? undefined : description,
    sport_type: sportTypeOf(row[firstColumns.type] ?? ''),
    manual: !isUploaded,
    commute,
    gear_id: gearAt(row, columns.bike, 'b') ?? gearAt(row, columns.shoe, 'g'),
    elapsed_time: readNumber(row[firstColumns.elapsedTime]),
    distance: readShownDistance(row[firstColumns.distance], columns.isDistanceInMetres),
    ...readSecondGroup(row, columns),
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}

function readSecondGroup(
  row: readonly string[],
  { file = 0, hasSecondGroup }: ActivityColumns,
): Readonly<Record<string, number>> {
  if (!hasSecondGroup) return {};
  const numbers = Object.entries(secondColumns).flatMap(([name, offset]) => {
    const value = readNumber(row[file + offset]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(numbers);
}

function flagAt(row: readonly string[], at: number | undefined): boolean | undefined {
  return at === undefined ? undefined : readFlag(row[at]);
}

function gearAt(
  row: readonly string[],
  at: number | undefined,
  prefix: string,
): string | undefined {
  const number = at === undefined ? undefined : readId(row[at]);
  return number === undefined ? undefined : `${prefix}${number}`;
}
