/**
 * Documents made of the examples in the definitions, and documents with one value of a wrong type.
 */
import { Long, MinKey, ObjectId, type Document } from 'mongodb';
import type { Definition, Field, Fields } from '../../../src/mongo/schema/field.ts';

/** A document with every defined field. */
export function exampleOf({ fields }: Definition): Document {
  return exampleOfFields(fields);
}

function exampleOfFields(fields: Fields): Document {
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => [key, exampleOfField(field)]),
  );
}

function exampleOfField(field: Field): unknown {
  const { type, example, fields, each } = field;
  if (fields !== undefined) return exampleOfFields(fields);
  if (each !== undefined)
    return type === 'list' ? [exampleOfField(each)] : { any: exampleOfField(each) };
  if (type === 'date') return new Date(String(example));
  if (type === 'unchecked') return JSON.parse(String(example));
  if (type === 'int64') return Long.fromNumber(Number(example));
  return type === 'objectId' ? ObjectId.createFromHexString(String(example)) : example;
}

/** For each checked path, the example with a value of an invalid type there. */
export function wrongExamplesOf({ fields }: Definition): readonly Document[] {
  return wrongOfFields(fields) as Document[];
}

function wrongOfFields(fields: Fields): readonly unknown[] {
  return Object.entries(fields)
    .filter(([key]) => key !== '_id')
    .flatMap(([key, field]) =>
      wrongOfField(field).map((wrong) => ({ ...exampleOfFields(fields), [key]: wrong })),
    );
}

function wrongOfField(field: Field): readonly unknown[] {
  const { type, fields, each, values } = field;
  if (type === 'unchecked') return [];
  const wrong = [new MinKey(), ...(values ? ['no such value'] : [])];
  if (fields !== undefined) return [...wrong, ...wrongOfFields(fields)];
  if (each === undefined) return wrong;
  const members = wrongOfField(each);
  return [...wrong, ...members.map((member) => (type === 'list' ? [member] : { any: member }))];
}
