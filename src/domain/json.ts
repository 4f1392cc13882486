/** JSON values as Strava sends them. An integer that a double cannot hold exactly becomes a bigint. */

export type JsonValue =
  string | number | bigint | boolean | null | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Fifteen digits always fit into a double; a longer run outside a fraction may not. */
const longInteger = /(?<![.\d])\d{16,}/;

/**
 * Parses JSON without rounding: integers beyond 2^53, such as segment effort ids, become bigints. They
 * are rounded only in a text of thousands of levels, which Strava never sends.
 * @throws SyntaxError where the text is not JSON.
 */
export function parseJson(text: string): JsonValue {
  if (!longInteger.test(text)) return JSON.parse(text) as JsonValue;
  try {
    return parseWithSource(text, readNumber);
  } catch (error) {
    // A reviver is called recursively, so a deep text overflows the stack.
    if (error instanceof RangeError) return JSON.parse(text) as JsonValue;
    throw error;
  }
}

/** `JSON.parse` of Node 24 passes a number's source text to the reviver. */
const parseWithSource = JSON.parse as (text: string, revive: typeof readNumber) => JsonValue;

function readNumber(_key: string, value: JsonValue, { source }: { source: string }): JsonValue {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/**
 * One text for all equal values, regardless of the order of keys: the input of a fingerprint. It is
 * JSON except for bigints (`1n`) and infinite numbers.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
