/**
 * How values become BSON: integers beyond 32 bits are written as int64, because the driver would
 * write a JavaScript number as a double.
 */
import { Long, ObjectId } from 'mongodb';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isJsonObject } from '../../domain/json.ts';

const minInt32 = -(2 ** 31);
const maxInt32 = 2 ** 31 - 1;
const minInt64 = -(2n ** 63n);
const maxInt64 = 2n ** 63n - 1n;

/** A 64-bit id. */
export function int64(value: number): Long {
  return Long.fromNumber(value);
}

/** A JSON value as it is stored. An integer beyond 64 bits becomes a double. */
export function toBson(value: JsonValue): unknown {
  if (typeof value === 'number') return numberToBson(value);
  if (typeof value === 'bigint') return bigintToBson(value);
  if (Array.isArray(value)) return value.map(toBson);
  return isJsonObject(value) ? objectToBson(value) : value;
}

function numberToBson(value: number): unknown {
  const isWide = Number.isSafeInteger(value) && (value < minInt32 || value > maxInt32);
  return isWide ? Long.fromNumber(value) : value;
}

function bigintToBson(value: bigint): unknown {
  return value >= minInt64 && value <= maxInt64 ? Long.fromBigInt(value) : Number(value);
}

function objectToBson(value: JsonObject): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toBson(member)]));
}

/** Whether a value has more than so many levels of objects and lists. */
export function isDeeperThan(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}

/** A stored number, whether the driver gives it as a number or as a Long. */
export function toNumber(value: number | Long): number {
  return typeof value === 'number' ? value : value.toNumber();
}

/** The numbers among stored values; what another program or a hand put between them is left out. */
export function toNumbers(values: readonly unknown[]): readonly number[] {
  return values.flatMap((value) =>
    typeof value === 'number' || Long.isLong(value) ? [toNumber(value)] : [],
  );
}

/** A stored value as JSON again: integers as numbers, or as bigints where a double cannot hold them; an ObjectId as its hexadecimal digits. */
export function jsonFromBson(value: unknown): JsonValue {
  if (Long.isLong(value)) {
    const number = value.toNumber();
    return Number.isSafeInteger(number) ? number : value.toBigInt();
  }
  if (value instanceof Date) return value.toISOString();
  if (value instanceof ObjectId) return value.toHexString();
  if (Array.isArray(value)) return value.map(jsonFromBson);
  if (typeof value !== 'object' || value === null) return (value ?? null) as JsonValue;
  const members = Object.entries(value).map(
    ([key, member]) => [key, jsonFromBson(member)] as const,
  );
  return Object.fromEntries(members);
}
