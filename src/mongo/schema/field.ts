/**
 * The words in which the fields of a collection are defined, once, for the validators and for
 * docs/schema.md alike. It knows no collection.
 */

/** `secret` is a text, or an object where it is sealed; what is `unchecked` is made of Strava's values. */
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

/** One field of ours. */
export interface Field {
  readonly type: FieldType;
  readonly meaning: string;
  readonly isOptional: boolean;
  /** Of a plain value; a date as RFC 3339. */
  readonly example?: string | number | boolean;
  readonly unit?: string;
  /** The type of what is unchecked, for the reader. */
  readonly label?: string;
  /** The only values of a text, each with its meaning. */
  readonly values?: Readonly<Record<string, string>>;
  /** Of an object. */
  readonly fields?: Fields;
  /** Of a list or a map: what each member is. */
  readonly each?: Field;
}

export type Fields = Readonly<Record<string, Field>>;

/** A field that every document has. */
export type Required<F extends Field = Field> = F & { readonly isOptional: false };

/** A field of Strava's: listed for the reader, never enforced. */
export interface StravaField {
  readonly type: string;
  readonly example: string;
  readonly meaning: string;
  readonly unit?: string;
}

/** A collection as it is documented and validated. */
export interface Definition<F extends Fields = Fields> {
  readonly name: string;
  /** What a document is. */
  readonly meaning: string;
  /** What is ours, `_id` included. */
  readonly fields: F;
  /** What is Strava's; a collection without it has no other keys than ours. */
  readonly strava?: Readonly<Record<string, StravaField>>;
}

export function int64(meaning: string, example: number): Required {
  return { type: 'int64', meaning, example, isOptional: false };
}

export function number(meaning: string, example: number, unit?: string): Required {
  return { type: 'number', meaning, example, isOptional: false, ...(unit && { unit }) };
}

export function text(meaning: string, example: string): Required {
  return { type: 'text', meaning, example, isOptional: false };
}

export function boolean(meaning: string, example: boolean): Required {
  return { type: 'boolean', meaning, example, isOptional: false };
}

export function date(meaning: string, example = '2024-05-01T06:30:00Z'): Required {
  return { type: 'date', meaning, example, isOptional: false };
}

export function objectId(meaning: string, example: string): Required {
  return { type: 'objectId', meaning, example, isOptional: false };
}

/** A token: its text, or what it is sealed in. */
export function secret(meaning: string, example: string): Required {
  return { type: 'secret', meaning, example, isOptional: false };
}

/** A field that MongoDB's validator does not look at; its example is written as it is. */
export function unchecked(
  meaning: string,
  { type, example, unit }: Omit<StravaField, 'meaning'>,
): Required {
  return {
    type: 'unchecked',
    label: type,
    meaning,
    example,
    isOptional: false,
    ...(unit && { unit }),
  };
}

/** One of a few texts. */
export function oneOf<V extends string>(
  meaning: string,
  values: Readonly<Record<V, string>>,
): Required<Field & { readonly values: Readonly<Record<V, string>> }> {
  const [example = ''] = Object.keys(values);
  return { type: 'text', meaning, example, values, isOptional: false };
}

export function object<F extends Fields>(
  meaning: string,
  fields: F,
): Required<Field & { readonly fields: F }> {
  return { type: 'object', meaning, fields, isOptional: false };
}

/** An object with keys of anybody's choice. */
export function map(meaning: string, each: Field): Required {
  return { type: 'map', meaning, each, isOptional: false };
}

export function list<F extends Field>(
  meaning: string,
  each: F,
): Required<Field & { readonly each: F }> {
  return { type: 'list', meaning, each, isOptional: false };
}

/** The same field, which only some documents have. */
export function optional<F extends Field>(
  field: F,
): Omit<F, 'isOptional'> & { readonly isOptional: true } {
  return { ...field, isOptional: true };
}

/** The same fields, as a list of all of them gives them their type. */
export function define<F extends Fields>(definition: Definition<F>): Definition<F> {
  return definition;
}
