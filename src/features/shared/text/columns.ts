/**
 * The columns of an answer, and its values as they are stored.
 */
import { Long, ObjectId } from 'mongodb';
import type { Document } from 'mongodb';
import type { JsonValue } from '../../../domain/json.ts';
import { jsonFromBson } from '../../../mongo/base/bson-value.ts';
import { jsonText } from './json-text.ts';

/**
 * The members of all documents in their order; each member of `_id`, and of any other object, is a column
 * of its own.
 */
export function columnsOf(documents: readonly Document[]): readonly string[] {
  return [...new Set(documents.flatMap((document) => pathsOf(document)))];
}

function pathsOf(document: Document, prefix = ''): readonly string[] {
  return Object.entries(document).flatMap(([key, value]: [string, unknown]) =>
    isGroup(value) ? pathsOf(value, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

function isGroup(value: unknown): value is Document {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && !isScalar(value);
}

/** A value of BSON that is an object of JavaScript. */
function isScalar(value: object): boolean {
  return value instanceof Date || value instanceof ObjectId || Long.isLong(value);
}

/** The value at a path; undefined where there is none. */
export function member(document: Document, path: string): unknown {
  let value: unknown = document;
  for (const key of path.split('.')) {
    if (!isGroup(value)) return undefined;
    value = value[key] as unknown;
  }
  return value;
}

/** The value as a text, exactly. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (value instanceof Date) return value.toISOString();
  const json: JsonValue = jsonFromBson(value);
  return typeof json === 'string' ? json : jsonText(json);
}
