/**
 * Renders a collection's definition as MongoDB's `$jsonSchema`, without Strava's fields.
 */
import type { Document } from 'mongodb';
import type { Definition, Field, Fields, FieldType } from './field.ts';

/**
 * `lenient` checks only the types of the keys that are present, because a definition that is too narrow
 * must not lose an activity. `exact`, for tests, also requires every key and rejects undefined ones.
 * `usable` checks the required keys alone: what `decode` accepts.
 */
export type Strictness = 'lenient' | 'exact' | 'usable';

export function jsonSchemaOf(
  { fields, strava }: Definition,
  strictness: Strictness = 'lenient',
): Document {
  const own = objectSchema(fields, strictness);
  if (strictness !== 'exact' || strava === undefined) return own;
  return { ...own, additionalProperties: true };
}

function objectSchema(fields: Fields, strictness: Strictness): Document {
  const required = Object.keys(fields).filter((key) => fields[key]?.isOptional === false);
  const entries = Object.entries(fields)
    .filter(([, { isOptional }]) => strictness !== 'usable' || !isOptional)
    .map(([key, field]) => [key, schemaOf(field, strictness)]);
  return {
    bsonType: 'object',
    properties: Object.fromEntries(entries) as Document,
    ...(strictness === 'exact' && { additionalProperties: false }),
    // MongoDB rejects an empty list.
    ...(strictness !== 'lenient' && required.length > 0 && { required }),
  };
}

/** The driver writes a number as int or double, a pipeline as long; the difference does not matter. */
const anyNumber = ['int', 'long', 'double'];

const bsonTypes: Readonly<Record<FieldType, string | readonly string[] | undefined>> = {
  int64: anyNumber,
  number: anyNumber,
  text: 'string',
  boolean: 'bool',
  date: 'date',
  objectId: 'objectId',
  object: 'object',
  map: 'object',
  list: 'array',
  secret: ['string', 'object'],
  unchecked: undefined,
};

function schemaOf(field: Field, strictness: Strictness): Document {
  const { type, fields, each, values } = field;
  const bsonType = bsonTypes[type];
  if (fields !== undefined) return objectSchema(fields, strictness);
  const members = each && schemaOf(each, strictness);
  return {
    ...(bsonType && { bsonType }),
    ...(values && { enum: Object.keys(values) }),
    ...(members && type === 'list' && { items: members }),
    ...(members && type === 'map' && { additionalProperties: members }),
  };
}
