/**
 * The values of `--since` and `--until`: a year, a month, a day, `today`, `yesterday`, an RFC 3339
 * instant, or a length of time ago. Everything is UTC; the present is an argument.
 */
import { dayMs, parseDuration } from '../duration.ts';

/** Examples of each form, for messages. */
export const periodExamples =
  '2019, 2019-03, 2019-03-01, 2019-03-01T06:30:00Z, 90d, today or yesterday';

/** The first instant of the period that `text` names; undefined when it names none. */
export function parseSince(text: string, nowMs: number): Date | undefined {
  return (
    firstOfCalendarPeriod(dayNamed(text, nowMs)) ?? parseInstant(text) ?? parseAgo(text, nowMs)
  );
}

/**
 * The last millisecond of the period that `text` names; undefined when it names none. An instant
 * and a length of time ago are their own first and last.
 */
export function parseUntil(text: string, nowMs: number): Date | undefined {
  return lastOfCalendarPeriod(dayNamed(text, nowMs)) ?? parseInstant(text) ?? parseAgo(text, nowMs);
}

/** The date of `today` or `yesterday`; any other text as it is. */
function dayNamed(text: string, nowMs: number): string {
  if (text !== 'today' && text !== 'yesterday') return text;
  return new Date(nowMs - (text === 'today' ? 0 : dayMs)).toISOString().slice(0, 10);
}

function firstOfCalendarPeriod(text: string): Date | undefined {
  if (!/^\d{4}(-\d\d(-\d\d)?)?$/.test(text)) return undefined;
  const first = validDate(Date.parse(text));
  // Some impossible days (2019-02-30) are read as days of the next month.
  return first?.toISOString().startsWith(text) === true ? first : undefined;
}

function lastOfCalendarPeriod(text: string): Date | undefined {
  const next = firstOfCalendarPeriod(text);
  if (next === undefined) return undefined;
  if (text.length === 'YYYY'.length) next.setUTCFullYear(next.getUTCFullYear() + 1);
  else if (text.length === 'YYYY-MM'.length) next.setUTCMonth(next.getUTCMonth() + 1);
  else next.setUTCDate(next.getUTCDate() + 1);
  return new Date(next.getTime() - 1);
}

/** RFC 3339, section 5.6; of a fraction the milliseconds count. Leap seconds are not known here. */
const instantPattern =
  /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3])(?::[0-5]\d){2}(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

function parseInstant(text: string): Date | undefined {
  // The RFC allows `t` and `z`.
  const upper = text.toUpperCase();
  const day = instantPattern.exec(upper)?.[1];
  if (day === undefined || firstOfCalendarPeriod(day) === undefined) return undefined;
  return validDate(Date.parse(upper));
}

function parseAgo(text: string, nowMs: number): Date | undefined {
  const agoMs = parseDuration(text);
  return agoMs === undefined ? undefined : validDate(nowMs - agoMs);
}

function validDate(ms: number): Date | undefined {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
