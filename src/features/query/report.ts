/**
 * The answer to a question as a table for people, as a table of the stored values, as CSV or as JSON.
 */
import type { Document } from 'mongodb';
import { jsonText } from '../shared/text/json-text.ts';
import { jsonFromBson } from '../../mongo/base/bson-value.ts';
import { cellText, columnsOf, member } from '../shared/text/columns.ts';
import type { ResponseForm } from './options.ts';
import type { Presentation } from '../shared/text/presentation.ts';
import { presented } from '../shared/text/presentation.ts';
import { instant, table } from '../shared/text/text-format.ts';

const unbounded: Presentation = { units: 'metric', width: Number.POSITIVE_INFINITY };

/** Without documents, CSV still has the heads of `example`, a document of the answer. */
export function answerText(
  documents: readonly Document[],
  form: ResponseForm,
  { example, ...presentation }: Presentation & { readonly example?: Document } = unbounded,
): string {
  if (form === 'json') return jsonText(documents.map((document) => jsonFromBson(document)));
  if (form === 'csv') {
    const heads = documents.length === 0 && example !== undefined ? [example] : documents;
    return csvOf(documents, columnsOf(heads));
  }
  if (documents.length === 0) return 'Nothing was found.';
  return form === 'raw' ? rawTable(documents) : presented(documents, presentation);
}

function rawTable(documents: readonly Document[]): string {
  const columns = columnsOf(documents);
  return table([
    columns,
    ...documents.map((document) => columns.map((column) => rawCell(member(document, column)))),
  ]);
}

function rawCell(value: unknown): string {
  if (value instanceof Date) return instant(value);
  if (typeof value === 'number') return String(Math.round(value * 1_000) / 1_000);
  return cellText(value);
}

/** RFC 4180. */
function csvOf(documents: readonly Document[], columns: readonly string[]): string {
  const rows = documents.map((document) =>
    columns.map((column) => csvCell(member(document, column))),
  );
  const lines = [columns.map(csvCell), ...rows].map((cells) => cells.join(','));
  return lines.join('\r\n');
}

/**
 * A spreadsheet reads a text that begins like this as a formula, the full-width signs of Japanese
 * included; an apostrophe prevents it (https://owasp.org/www-community/attacks/CSV_Injection).
 */
const formula = /^[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]/;
/** Semicolon and tab separate cells in some spreadsheets, so they are quoted as well. */
const separating = /[",;\t\r\n]/;

function csvCell(value: unknown): string {
  const text = cellText(value);
  const safe = typeof value === 'string' && formula.test(text) ? `'${text}` : text;
  return separating.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
