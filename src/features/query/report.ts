/**
 * The answer to a question as a table, as CSV or as JSON.
 */
import { Long } from 'mongodb';
import type { Document } from 'mongodb';
import { jsonText } from '../shared/json-text.ts';
import type { JsonValue } from '../../domain/json.ts';
import { jsonFromBson } from '../../mongo/base/bson-value.ts';
import type { ResponseForm } from './options.ts';
import { instant, table } from '../shared/text-format.ts';

export function answerText(documents: readonly Document[], form: ResponseForm): string {
  if (form === 'json') return jsonText(documents.map((document) => jsonFromBson(document)));
  const columns = columnsOf(documents);
  if (form === 'csv') return csvOf(documents, columns);
  if (documents.length === 0) return 'Nothing was found.';
  return table([
    columns,
    ...documents.map((document) => columns.map((column) => tableCell(member(document, column)))),
  ]);
}

/**
 * The members of all documents in their order; each member of `_id`, and of any other object, is a column
 * of its own.
 */
function columnsOf(documents: readonly Document[]): readonly string[] {
  return [...new Set(documents.flatMap((document) => pathsOf(document)))];
}

function pathsOf(document: Document, prefix = ''): readonly string[] {
  return Object.entries(document).flatMap(([key, value]: [string, unknown]) =>
    isGroup(value) ? pathsOf(value, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

function isGroup(value: unknown): value is Document {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && !(value instanceof Date) && !Long.isLong(value);
}

function member(document: Document, path: string): unknown {
  let value: unknown = document;
  for (const key of path.split('.')) {
    if (!isGroup(value)) return undefined;
    value = value[key] as unknown;
  }
  return value;
}

function tableCell(value: unknown): string {
  if (value instanceof Date) return instant(value);
  if (typeof value === 'number') return String(Math.round(value * 1_000) / 1_000);
  return cellText(value);
}

function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (value instanceof Date) return value.toISOString();
  const json: JsonValue = jsonFromBson(value);
  return typeof json === 'string' ? json : jsonText(json);
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
