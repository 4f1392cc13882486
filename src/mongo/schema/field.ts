/**
 * The builders of a collection's definition. The validators, docs/schema.md and the documents' TypeScript
 * types come from it. This file knows no collection.
 */
import type { IndexDescription, Long, ObjectId } from 'mongodb';
import type { StoredSecret } from '../base/token-cipher.ts';

/** A `secret` is a text, or an object if it is sealed. An `unchecked` field holds Strava's values. */
export type FieldType =
  | 'int64'
  | 'number'
  | 'text'
  | 'boolean'
  | 'date'
  | 'objectId'
  | 'object'
  | 'map'
  | 'list'
  | 'secret'
  | 'unchecked';

/** A field that Domestique writes, whose values have the type T. */
export interface Field<T = unknown, IsOptional extends boolean = boolean> {
  readonly type: FieldType;
  readonly meaning: string;
  readonly isOptional: IsOptional;
  /** Of a plain value; a date as RFC 3339. */
  readonly example?: string | number | boolean;
  readonly unit?: string;
  /** The type of an unchecked field, for the reader. */
  readonly label?: string;
  /** The only values of a text, each with its meaning. */
  readonly values?: Readonly<Record<string, string>>;
  /** Of an object. */
  readonly fields?: Fields;
  /** Of a list or a map: what each member is. */
  readonly each?: Field;
  /** Never set: it carries the type of the values. */
  readonly phantom?: T;
}

export type Fields = Readonly<Record<string, Field>>;

type OptionalKeys<F extends Fields> = {
  [K in keyof F]: F[K]['isOptional'] extends true ? K : never;
}[keyof F];

type ValueOf<F extends Field> = F extends Field<infer T> ? T : never;

/** The TypeScript type of an object with these fields. */
export type ObjectOf<F extends Fields> = {
  readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]>;
} & { readonly [K in OptionalKeys<F>]?: ValueOf<F[K]> };

/** The TypeScript type of a collection's documents, without Strava's fields. */
export type DocumentOf<D extends Definition> = ObjectOf<D['fields']>;

/** A field of Strava's: listed for the reader, never enforced. */
export interface StravaField {
  readonly type: string;
  readonly example: string;
  readonly meaning: string;
  readonly unit?: string;
}

/** The one definition of a collection. */
export interface Definition<N extends string = string, F extends Fields = Fields> {
  readonly name: N;
  /** What a document is. */
  readonly meaning: string;
  /** The fields that Domestique writes, `_id` included. */
  readonly fields: F;
  /** Strava's fields; a collection without them has no keys beside `fields`. */
  readonly strava?: Readonly<Record<string, StravaField>>;
  readonly indexes?: readonly IndexDescription[];
  /** Whether Strava's fields are arrays of so many numbers that it pays to read them by ourselves. */
  readonly hasLongArrays?: boolean;
}

type Required<T> = Field<T, false>;

export function int64(meaning: string, example: number): Required<Long> {
  return { type: 'int64', meaning, example, isOptional: false };
}

export function number(meaning: string, example: number, unit?: string): Required<number> {
  return { type: 'number', meaning, example, isOptional: false, ...(unit && { unit }) };
}

export function text(meaning: string, example: string): Required<string> {
  return { type: 'text', meaning, example, isOptional: false };
}

export function boolean(meaning: string, example: boolean): Required<boolean> {
  return { type: 'boolean', meaning, example, isOptional: false };
}

export function date(meaning: string, example = '2024-05-01T06:30:00Z'): Required<Date> {
  return { type: 'date', meaning, example, isOptional: false };
}

export function objectId(meaning: string, example: string): Required<ObjectId> {
  return { type: 'objectId', meaning, example, isOptional: false };
}

/** A token: its text, or the object that seals it. */
export function secret(meaning: string, example: string): Required<StoredSecret> {
  return { type: 'secret', meaning, example, isOptional: false };
}

/** A field that MongoDB's validator ignores; `example` is printed as it is. */
export function unchecked(
  meaning: string,
  { type: label, example, unit }: Omit<StravaField, 'meaning'>,
): Required<unknown> {
  const more = unit && { unit };
  return { type: 'unchecked', label, meaning, example, isOptional: false, ...more };
}

/** A text with few values, each with its meaning. */
export function oneOf<V extends string>(
  meaning: string,
  values: Readonly<Record<V, string>>,
): Required<V> {
  const [example = ''] = Object.keys(values);
  return { type: 'text', meaning, example, values, isOptional: false };
}

export function object<F extends Fields>(meaning: string, fields: F): Required<ObjectOf<F>> {
  return { type: 'object', meaning, fields, isOptional: false };
}

/** An object with arbitrary keys. */
export function map<T>(meaning: string, each: Field<T>): Required<Readonly<Record<string, T>>> {
  return { type: 'map', meaning, each, isOptional: false };
}

export function list<T>(meaning: string, each: Field<T>): Required<readonly T[]> {
  return { type: 'list', meaning, each, isOptional: false };
}

/** The same field, which only some documents have. */
export function optional<T>(field: Field<T>): Field<T, true> {
  return { ...field, isOptional: true };
}

/** Returns the definition, with the types of its name and fields inferred. */
export function define<const N extends string, F extends Fields>(
  definition: Definition<N, F>,
): Definition<N, F> {
  return definition;
}
