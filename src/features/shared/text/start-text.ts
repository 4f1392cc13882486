/**
 * The start of an activity for people.
 */
import type { Document } from 'mongodb';
import { localTimeText } from './units.ts';

/**
 * "Sun 2026-06-14 06:00" by the wall clock of the place, or "Sun 2026-06-14 04:00 UTC" where that is unknown,
 * as of an activity that only an export has; empty without a start.
 */
export function startText(activity: Document): string {
  const { start_date_local: local, start_date: start } = activity as Readonly<
    Record<string, unknown>
  >;
  if (typeof local === 'string') return localTimeText(local);
  if (!(start instanceof Date) || Number.isNaN(start.getTime())) return '';
  return `${localTimeText(start.toISOString())} UTC`;
}
