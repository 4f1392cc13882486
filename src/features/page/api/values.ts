/**
 * Stored values as JSON of the API. Another program or a hand may have stored anything under Strava's names: a
 * value of a wrong type is null or empty.
 */
import type { Document } from 'mongodb';
import { Long } from 'mongodb';
import type { Id, Instant, LocalTime } from './types/common.ts';

/** The text; empty for anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The finite number; null for anything else. */
export function numberOf(value: unknown): number | null {
  const number = Long.isLong(value) || typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** The number that is not negative; null for anything else. */
export function measureOf(value: unknown): number | null {
  const number = numberOf(value);
  return number === null || number < 0 ? null : number;
}

export function flagOf(value: unknown): boolean {
  return value === true;
}

/** The digits of an int64, however it was read; empty for anything else. */
export function idOf(value: unknown): Id {
  if (Long.isLong(value) || typeof value === 'bigint') return value.toString();
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : '';
}

/** Without a fraction where that is zero. */
export function instantOf(at: Date): Instant {
  return at.toISOString().replace('.000Z', 'Z');
}

/** Null for anything but a date that a calendar has. */
export function instantOrNull(value: unknown): Instant | null {
  return value instanceof Date && !Number.isNaN(value.getTime()) ? instantOf(value) : null;
}

/** Strava's local start without its `Z`, which means nothing; empty for anything else. */
export function localTimeOf(value: unknown): LocalTime {
  const [, local = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z?$/.exec(textOf(value)) ?? [];
  return local;
}

/** The members of a list, each as a document; none of anything else. */
export function documentsOf(value: unknown): readonly Document[] {
  return Array.isArray(value) ? value.map((one: unknown) => Object(one) as Document) : [];
}
