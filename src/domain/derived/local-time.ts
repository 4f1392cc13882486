/**
 * The local start as a date: Strava's `start_date_local` is the wall clock's time, and the `Z` that it ends
 * with means nothing (https://developers.strava.com/docs/reference/#api-models-SummaryActivity).
 */
import { dayMs } from '../duration.ts';

/** `activities.derived.local` as stored. */
export interface LocalTime {
  /** Its UTC fields are those of the wall clock. */
  readonly date: Date;
  /** 1 for Monday to 7 for Sunday (ISO 8601). */
  readonly weekday: number;
  /** 0 to 23. */
  readonly hour: number;
  /** The ISO week, "2026-W47". */
  readonly week: string;
}

const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})?$/;
const textLength = '2026-11-22T09:12:44'.length;

/** Undefined for a text that is no time of a calendar. */
export function localTimeOf(text: unknown): LocalTime | undefined {
  if (typeof text !== 'string' || !form.test(text)) return undefined;
  const wallClock = text.slice(0, textLength);
  const date = new Date(`${wallClock}Z`);
  // A day that a month does not have would become one of the next month.
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(wallClock)) return undefined;
  const weekday = date.getUTCDay() === 0 ? 7 : date.getUTCDay();
  return { date, weekday, hour: date.getUTCHours(), week: isoWeekOf(date, weekday) };
}

/** The week belongs to the year of its Thursday. */
function isoWeekOf(date: Date, weekday: number): string {
  const thursday = new Date(date.getTime() + (4 - weekday) * dayMs);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / dayMs / 7) + 1;
  return `${String(year).padStart(4, '0')}-W${String(week).padStart(2, '0')}`;
}
