/**
 * Reads a CSV file of the export as rows of texts. Column names repeat and are translated, so no row
 * becomes an object. It reads what a spreadsheet saved over the file, too.
 */
import { Buffer, isUtf8 } from 'node:buffer';
import { CsvError, parse } from 'csv-parse/sync';
import type { Options } from 'csv-parse/sync';

export interface CsvTable {
  /** A damaged row has no cells, so that the numbers of those after it stay right. */
  readonly rows: readonly (readonly string[])[];
  /** What could not be read, each a clause. */
  readonly problems: readonly string[];
}

type TakeRow = (row: string[], context: { readonly bytes: number }) => null;

/** No description is as long; a longer row begins with a quote that nothing closes. */
const maxRowBytes = 1_000_000;

/** So often reading goes on behind a damaged row. */
const maxDamagedRows = 100;

const badQuote = 'a quote is not closed, or is in the wrong place';

/** A line that may begin a row. */
const possibleStart = /^"?\d+"?[,;\t]/;
/** A line that hardly belongs to a description: it begins with a long id, or has a quoted date after it. */
const certainStart = /^(?:"?\d{6,}"?[,;\t]|"?\d+"?[,;\t]")/;

/** The quote of a row reached into the next one. */
class MergedRowsError extends Error {
  /** Where the next row begins. */
  readonly next: number;

  constructor(next: number) {
    super(badQuote);
    this.next = next;
  }
}

/**
 * Every row that can be read, the header too, without rows that are empty. Behind a quote that nothing
 * closes it goes on at the next line that begins with a number, and names the row with the quote. It never
 * throws for content.
 */
export function readCsv(content: Uint8Array): CsvTable {
  const bytes = toUtf8(content);
  const options = optionsFor(delimiterOf(bytes));
  const rows: (readonly string[])[] = [];
  const problems: string[] = [];
  let from = 0;
  while (from < bytes.length) {
    let end = from;
    const takeRow: TakeRow = (row, { bytes: read }) => {
      const isWhole = row.length === (rows[0]?.length ?? row.length);
      const inside = rowInside(bytes.subarray(end, from + read), options, isWhole);
      if (inside !== undefined) throw new MergedRowsError(end + inside);
      rows.push(row);
      end = from + read;
      return null;
    };
    const damage = tryParse(bytes.subarray(from), { ...options, on_record: takeRow });
    if (damage === undefined) break;
    const isLast = problems.length >= maxDamagedRows;
    const named = `row ${rows.length + 1}${beginningOf(bytes, end)} is left out: ${damage.problem}`;
    problems.push(isLast ? `${named}; no row after it is read` : named);
    rows.push([]);
    from = isLast ? bytes.length : (damage.next ?? nextRow(bytes, end, possibleStart));
  }
  return { rows, problems };
}

function optionsFor(delimiter: string): Options {
  return {
    bom: true,
    delimiter,
    max_record_size: maxRowBytes,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
  };
}

interface Damage {
  readonly problem: string;
  /** Where the next row begins, if that is known. */
  readonly next?: number;
}

function tryParse(bytes: Buffer, options: Options): Damage | undefined {
  try {
    parse(bytes, options);
    return undefined;
  } catch (error) {
    if (error instanceof MergedRowsError) return { problem: error.message, next: error.next };
    if (!(error instanceof CsvError)) throw error;
    return {
      problem: error.code === 'CSV_MAX_RECORD_SIZE' ? 'it is longer than 1 MB' : badQuote,
    };
  }
}

/**
 * Where another row begins inside of one. Only a row with a quote in the wrong place can have swallowed
 * another: in any other, such a line is part of a description.
 */
function rowInside(row: Buffer, options: Options, isWhole: boolean): number | undefined {
  const blank = /^[\s,;]*/.exec(row.toString('latin1'))?.[0].length ?? 0;
  const next = nextRow(row, blank, isWhole ? certainStart : possibleStart);
  if (next === row.length) return undefined;
  return tryParse(row, { ...options, relax_quotes: false }) === undefined ? undefined : next;
}

/** Where the next line that may be a row of its own begins, behind the damaged one at `from`. */
function nextRow(bytes: Buffer, from: number, start: RegExp): number {
  for (let at = bytes.indexOf('\n', from + 1); at >= 0; at = bytes.indexOf('\n', at + 1)) {
    if (start.test(bytes.toString('latin1', at + 1, at + 30))) return at + 1;
  }
  return bytes.length;
}

/** The number that a row begins with, to name it. */
function beginningOf(bytes: Buffer, from: number): string {
  const id = /^[\s,;]*"?(\d+)"?[,;\t]/.exec(bytes.toString('latin1', from, from + 200))?.[1];
  return id === undefined ? '' : `, which begins with ${id},`;
}

/** A spreadsheet in a language with a decimal comma writes `;`, and tabs as "Unicode text". */
function delimiterOf(bytes: Buffer): string {
  const firstLine = /^[^\r\n]*/.exec(bytes.toString('utf8', 0, 20_000))?.[0] ?? '';
  const unquoted = firstLine.replace(/"[^"]*"/g, '');
  const count = (delimiter: string): number => unquoted.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, each) => (count(each) > count(best) ? each : best));
}

/** From UTF-16 with its mark, or from Windows' Latin alphabet where the bytes are no UTF-8. */
function toUtf8(content: Uint8Array): Buffer {
  const [first, second] = content;
  const decode = (encoding: string): Buffer =>
    Buffer.from(new TextDecoder(encoding).decode(content));
  if (first === 0xff && second === 0xfe) return decode('utf-16le');
  if (first === 0xfe && second === 0xff) return decode('utf-16be');
  if (!isUtf8(content)) return decode('windows-1252');
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}
