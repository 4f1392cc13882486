/**
 * Checks a stored document against its collection's definition: another program or a hand may have put it
 * there. It reads no database.
 */
import type { Document } from 'mongodb';
import { Long, ObjectId } from 'mongodb';
import type { Definition, Field, Fields, FieldType } from './field.ts';

/** A document that can be used, or why not: the end of a sentence. */
export type Decoded<T> =
  | {
      /** Without the optional fields that are null or of another type. */
      readonly document: T;
      /** The paths of the optional fields of another type. */
      readonly odd: readonly string[];
    }
  | { readonly fault: string };

/** A `find`'s projection: what it leaves out is not missed. */
export type Projection = Readonly<Record<string, unknown>> | undefined;

/**
 * A required field has to be there and of its type, or the document is of no use. An optional field of another
 * type counts as absent, so that it does not cost the rest. Fields that the definition does not name stay as
 * they are.
 */
export function decode<T>(
  { fields }: Definition,
  document: Document,
  projection?: Projection,
): Decoded<T> {
  const odd: string[] = [];
  const decoded = decodeFields(fields, document, { path: '', projection, odd });
  return typeof decoded === 'string' ? { fault: decoded } : { document: decoded as T, odd };
}

interface Place {
  readonly path: string;
  readonly projection: Projection;
  readonly odd: string[];
}

function decodeFields(fields: Fields, value: Document, place: Place): Document | string {
  let result = value;
  for (const [key, field] of Object.entries(fields)) {
    const path = place.path === '' ? key : `${place.path}.${key}`;
    const found: unknown = value[key];
    const isAbsent = found === undefined || (found === null && field.isOptional);
    if (isAbsent && !field.isOptional && isProjected(path, place.projection))
      return `${path} is missing`;
    const decoded = isAbsent ? undefined : decodeField(field, found, { ...place, path });
    if (decoded !== undefined && 'fault' in decoded) {
      if (!field.isOptional) return decoded.fault;
      place.odd.push(path);
    }
    const kept = decoded !== undefined && 'value' in decoded ? decoded.value : undefined;
    if (kept === found) continue;
    result = { ...result, [key]: kept };
    if (kept === undefined) result = without(result, key);
  }
  return result;
}

function decodeField(
  field: Field,
  value: unknown,
  place: Place,
): { readonly value: unknown } | { readonly fault: string } {
  const { type, fields, each, values } = field;
  if (!isOfType[type](value)) return { fault: `${place.path} is not ${nameOf[type]}` };
  if (values !== undefined && !Object.hasOwn(values, String(value)))
    return { fault: `${place.path} has an unknown value` };
  if (fields !== undefined) {
    const decoded = decodeFields(fields, value as Document, place);
    return typeof decoded === 'string' ? { fault: decoded } : { value: decoded };
  }
  if (each === undefined) return { value };
  return decodeMembers(each, value as Document, place);
}

/** One member of another type makes the whole of no use: what is left of a quota would not be the quota. */
function decodeMembers(
  each: Field,
  value: Document,
  place: Place,
): { readonly value: unknown } | { readonly fault: string } {
  const decoded: [string, unknown][] = [];
  for (const [key, member] of Object.entries(value)) {
    const one = decodeField(each, member, { ...place, path: `${place.path}.${key}` });
    if ('fault' in one) return one;
    decoded.push([key, one.value]);
  }
  if (decoded.every(([key, member]) => member === value[key])) return { value };
  return {
    value: Array.isArray(value)
      ? decoded.map(([, member]) => member)
      : Object.fromEntries<unknown>(decoded),
  };
}

function without(document: Document, key: string): Document {
  return Object.fromEntries(Object.entries(document).filter(([name]) => name !== key));
}

/** Whether a projection lets the field through. */
function isProjected(path: string, projection: Projection): boolean {
  if (projection === undefined || Object.keys(projection).length === 0) return true;
  const { _id: id, ...others } = projection;
  if (path === '_id') return id === undefined || Boolean(id);
  const keys = Object.keys(others);
  const isWithin = keys.some((key) => key === path || path.startsWith(`${key}.`));
  const isInclusive = keys.length === 0 ? Boolean(id) : Object.values(others).some(Boolean);
  return isInclusive ? isWithin || keys.some((key) => key.startsWith(`${path}.`)) : !isWithin;
}

/** A 64-bit integer, as the driver gives it where a number cannot hold it, or where it is told to. */
function isWide(value: unknown): boolean {
  return Long.isLong(value) || typeof value === 'bigint';
}

function isObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Reflect.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

const isOfType: Readonly<Record<FieldType, (value: unknown) => boolean>> = {
  int64: (value) => isWide(value) || Number.isSafeInteger(value),
  number: (value) => isWide(value) || Number.isFinite(value),
  text: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  date: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  objectId: (value) => value instanceof ObjectId,
  object: isObject,
  map: isObject,
  list: Array.isArray,
  secret: (value) => typeof value === 'string' || isObject(value),
  unchecked: () => true,
};

const nameOf: Readonly<Record<FieldType, string>> = {
  int64: 'an integer',
  number: 'a number',
  text: 'a text',
  boolean: 'true or false',
  date: 'a date',
  objectId: 'an ObjectId',
  object: 'an object',
  map: 'an object',
  list: 'a list',
  secret: 'a text',
  unchecked: '',
};
