/** Writes CSV as Strava does, and as spreadsheets do that saved over the file. */

/**
 * How a spreadsheet changed the table: `semicolons` is one in a language with a decimal comma,
 * `unicode` has tabs and UTF-16, `dates` is an American one that reads old dates as its own and drops
 * their seconds.
 */
export type Spreadsheet = 'semicolons' | 'unicode' | 'dates';

type Table = readonly (readonly string[])[];

/** The bytes of the table; a field is quoted only where it has to be. */
export function csvBytes(table: Table, spreadsheet?: Spreadsheet): Buffer {
  if (spreadsheet === undefined) return Buffer.from(csvText(table, ',', '\n'));
  const cells = table.map((row) => row.map((cell) => respelled(cell, spreadsheet)));
  const width = Math.max(...table.map((row) => row.length));
  const padded = [...cells, Array.from({ length: width }, () => '')];
  if (spreadsheet === 'unicode')
    return Buffer.from(`\ufeff${csvText(padded, '\t', '\r\n')}`, 'utf16le');
  const delimiter = spreadsheet === 'semicolons' ? ';' : ',';
  return Buffer.from(`\ufeff${csvText(padded, delimiter, '\r\n')}`);
}

function csvText(table: Table, delimiter: string, lineEnd: string): string {
  const field = (cell: string): string =>
    /["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell;
  return table.map((row) => row.map(field).join(delimiter) + lineEnd).join('');
}

function respelled(cell: string, spreadsheet: Spreadsheet): string {
  if (cell === 'true' || cell === 'false') {
    if (spreadsheet !== 'semicolons') return cell.toUpperCase();
    return cell === 'true' ? 'WAHR' : 'FALSCH';
  }
  if (spreadsheet === 'semicolons' && /^-?\d+\.\d+$/.test(cell)) return cell.replace('.', ',');
  const [, year, month, day, hour, minute] =
    /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):\d\d$/.exec(cell) ?? [];
  if (spreadsheet !== 'dates' || year === undefined) return cell;
  return `${Number(month)}/${Number(day)}/${year} ${Number(hour)}:${minute ?? ''}`;
}
