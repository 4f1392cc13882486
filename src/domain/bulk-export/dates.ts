/**
 * Reads the dates of an export. Strava writes them in UTC, in the medium form that the Unicode CLDR
 * has for the account's language: `May 29, 2022, 3:53:35 PM`, `09.12.2022, 15:24:49`,
 * `24 mai 2012 à 16:27:40`, `2022/12/09 15:24:49`; before July 2019 as `2018-09-12 15:02:23`.
 */
import { hoursOf, isFiller, monthOf, wordOf } from './date-words.ts';

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/**
 * Every instant that the text can mean, ascending: one where it is certain. Where day and month may be
 * exchanged (a spreadsheet's `3/5/2021`) both, where the seconds are lost each of the minute, and none
 * where the text is no date. It never guesses.
 */
export function readExportDate(text: string): readonly Date[] {
  const plain = text.normalize('NFKC').replace(/\p{Format}/gu, '');
  const words = wordsOf(plain);
  const numbers = (plain.match(/\d+/g) ?? []).map(Number);
  const months = words.flatMap((word) => monthOf(word) ?? []);
  const periods = words.flatMap((word) => hoursOf(word) ?? []);
  const unknown = words.length - months.length - periods.length - words.filter(isFiller).length;
  if (unknown > 0 || months.length > 1 || periods.length > 1) return [];
  const dateParts = months.length === 1 ? 2 : 3;
  const days = daysOf(plain, numbers.slice(0, dateParts), months[0]);
  const times = timesOf(numbers.slice(dateParts), periods[0]);
  return instantsOf(days, times);
}

/** The words, where the two letters of "a. m." are one. */
function wordsOf(text: string): readonly string[] {
  const joined = text.replace(/(?<!\p{Letter})([ap])\.?\s?m(?!\p{Letter})/giu, '$1m');
  return (joined.match(/[\p{Letter}\p{Mark}]+/gu) ?? []).map(wordOf);
}

function daysOf(
  text: string,
  [first = 0, second = 0, third = 0]: readonly number[],
  month: number | undefined,
): readonly Day[] {
  if (month !== undefined) {
    return first > 31
      ? [{ year: first, month, day: second }]
      : [{ year: second, month, day: first }];
  }
  if (first > 31) return [{ year: first, month: second, day: third }];
  const dayFirst = { year: third, month: second, day: first };
  return isDayFirst(text) ? [dayFirst] : [dayFirst, { year: third, month: first, day: second }];
}

/**
 * Whether the day is certainly before the month: no language writes the month first with points, and
 * only Portuguese has slashes with two digits and a comma. What a spreadsheet made looks different.
 */
function isDayFirst(text: string): boolean {
  return /^\s*(?:\d+\.\s?\d+\.\s?\d{4}|\d\d\/\d\d\/\d{4}, \d\d:\d\d:\d\d\s*$)/.test(text);
}

/** Seconds of the day. */
function timesOf(
  [hour = -1, minute = -1, second, ...rest]: readonly number[],
  period: ReadonlySet<number> | undefined,
): readonly number[] {
  const isClock = minute >= 0 && minute < 60 && (second ?? 0) < 60 && rest.length === 0;
  const seconds = second === undefined ? Array.from({ length: 60 }, (_, each) => each) : [second];
  if (!isClock) return [];
  return hoursOfClock(hour, period).flatMap((each) =>
    seconds.map((one) => each * 3600 + minute * 60 + one),
  );
}

function hoursOfClock(hour: number, period: ReadonlySet<number> | undefined): readonly number[] {
  if (period === undefined) return hour < 24 ? [hour] : [];
  return hour >= 1 && hour <= 12 ? [...period].filter((each) => each % 12 === hour % 12) : [];
}

function instantsOf(days: readonly Day[], times: readonly number[]): readonly Date[] {
  const midnights = days.flatMap(({ year, month, day }) => {
    const midnight = new Date(Date.UTC(year, month - 1, day));
    const isDay = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day;
    return isDay && year >= 1900 && year < 2200 ? [midnight.getTime()] : [];
  });
  const instants = new Set(midnights.flatMap((at) => times.map((time) => at + time * 1000)));
  return [...instants].sort((one, other) => one - other).map((at) => new Date(at));
}
