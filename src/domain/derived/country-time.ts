/** The local time of an instant by the country that it is in. */
import type { LocalTime } from './local-time.ts';
import { localTimeOf } from './local-time.ts';

/** The wall clocks of a country, one for each of its time zones. They are as many as there are countries. */
const clocksOf = new Map<string, readonly Intl.DateTimeFormat[]>();

/**
 * The wall clock's time in a country where all of its time zones show the same then; else undefined, as for a
 * code without time zones. The zones and their rules are those of Node.js's ICU.
 * @param countryCode ISO 3166-1 alpha-2.
 */
export function localTimeIn(countryCode: string | undefined, at: Date): LocalTime | undefined {
  if (countryCode === undefined || Number.isNaN(at.getTime())) return undefined;
  const [first, ...others] = wallClocks(countryCode);
  if (first === undefined) return undefined;
  const text = first.format(at);
  if (others.some((other) => other.format(at) !== text)) return undefined;
  return localTimeOf(text.replace(' ', 'T'));
}

function wallClocks(countryCode: string): readonly Intl.DateTimeFormat[] {
  const known = clocksOf.get(countryCode);
  if (known !== undefined) return known;
  const zones = new Intl.Locale(`und-${countryCode}`).getTimeZones() ?? [];
  // In Sweden's form it is "2026-11-22 09:12:44".
  const form = { dateStyle: 'short', timeStyle: 'medium' } as const;
  const made = zones.map((timeZone) => new Intl.DateTimeFormat('sv-SE', { ...form, timeZone }));
  clocksOf.set(countryCode, made);
  return made;
}
