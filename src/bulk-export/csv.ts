/**
 * Reads a CSV file of the export as rows of texts. Column names repeat and are translated, so no row
 * becomes an object. It reads what a spreadsheet saved over the file, too.
 */
import { Buffer, isUtf8 } from 'node:buffer';
import { CsvError, parse } from 'csv-parse/sync';
import type { Options } from 'csv-parse/sync';

export interface CsvTable {
  readonly rows: readonly (readonly string[])[];
  /** What could not be read, each a clause. */
  readonly problems: readonly string[];
}

/** No description is as long; a longer row begins with a quote that nothing closes. */
const maxRowBytes = 1_000_000;

/** So often reading goes on behind a damaged row. */
const maxDamagedRows = 100;

/**
 * Every row that can be read, the header too, without rows that are empty. Behind a quote that nothing
 * closes it goes on at the next line that begins with a number. It never throws for content.
 */
export function readCsv(content: Uint8Array): CsvTable {
  const bytes = toUtf8(content);
  const rows: (readonly string[])[] = [];
  const problems: string[] = [];
  let from = 0;
  while (from < bytes.length) {
    let end = from;
    const readRow = (row: string[], { bytes: read }: { readonly bytes: number }): null => {
      rows.push(row);
      end = from + read;
      return null;
    };
    const problem = tryParse(bytes.subarray(from), delimiterOf(bytes), readRow);
    if (problem === undefined) break;
    problems.push(`${problem} (after ${rows.length} rows)`);
    from = problems.length > maxDamagedRows ? bytes.length : nextRow(bytes, end);
  }
  return { rows, problems };
}

function tryParse(
  bytes: Buffer,
  delimiter: string,
  readRow: (row: string[], context: { readonly bytes: number }) => null,
): string | undefined {
  const options: Options = {
    bom: true,
    delimiter,
    max_record_size: maxRowBytes,
    on_record: readRow,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
  };
  try {
    parse(bytes, options);
    return undefined;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return error.code === 'CSV_MAX_RECORD_SIZE'
      ? 'a row is longer than 1 MB'
      : 'a quote is not closed, or is in the wrong place';
  }
}

/** Where the next line that may be a row of its own begins, behind the damaged one at `from`. */
function nextRow(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf('\n', from + 1); at >= 0; at = bytes.indexOf('\n', at + 1)) {
    if (/^\d+[,;\t]/.test(bytes.toString('latin1', at + 1, at + 20))) return at + 1;
  }
  return bytes.length;
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
