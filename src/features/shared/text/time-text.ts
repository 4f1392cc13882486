/**
 * Instants for people: in the time zone of their terminal, with how far away they are. Logs and JSON have UTC.
 */
import { dayMs, hourMs, minuteMs, secondMs } from '../../../domain/duration.ts';
import type { Program } from '../../../program.ts';
import { instant } from './text-format.ts';

/** Who reads a text, and when. */
export interface Reader {
  readonly nowMs: number;
  /** An IANA name, such as `Europe/Vienna`. */
  readonly timeZone: string;
}

export function readerOf({ clock, timeZone }: Pick<Program, 'clock' | 'timeZone'>): Reader {
  return { nowMs: clock.nowMs(), timeZone };
}

/** The zone of the process; UTC where `Intl` does not know it, as after `TZ=nonsense`. */
export function ownTimeZone(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return Intl.supportedValuesOf('timeZone').includes(timeZone) ? timeZone : 'UTC';
}

/** Nobody counts the days to what is further away. */
const maxDistanceMs = 31 * dayMs;

/** Up to which distance a unit is used. */
const units = [
  { name: 'second', unitMs: secondMs, upToMs: minuteMs },
  { name: 'minute', unitMs: minuteMs, upToMs: 90 * minuteMs },
  { name: 'hour', unitMs: hourMs, upToMs: 36 * hourMs },
] as const;
const days = { name: 'day', unitMs: dayMs } as const;

const distances = new Intl.RelativeTimeFormat('en');

/** "20:15 (in 9 minutes)", "2026-11-27 01:00 (in 5 hours)", "2018-12-10 17:39". */
export function timeText(at: Date, reader: Reader): string {
  const distanceMs = at.getTime() - reader.nowMs;
  const time = wallTime(at, reader);
  return Math.abs(distanceMs) > maxDistanceMs ? time : `${time} (${distanceText(distanceMs)})`;
}

/** "20:15", with the date where it is not today. */
export function wallTime(at: Date, reader: Reader): string {
  const { day, time } = wallClock(at, reader);
  return day === wallClock(new Date(reader.nowMs), reader).day ? time : `${day} ${time}`;
}

/** "2018-12-10". */
export function dayText(at: Date, reader: Reader): string {
  return wallClock(at, reader).day;
}

/** "2026-11-26 20:15 UTC (in 9 minutes)", for a log that somebody may watch. */
export function loggedTime(at: Date, { nowMs }: Pick<Reader, 'nowMs'>): string {
  return `${instant(at)} (${distanceText(at.getTime() - nowMs)})`;
}

/** "The quota is spent until 20:15 (in 9 minutes): run it again then." */
export function quotaSpentText(opensAt: Date, reader: Reader): string {
  return `The quota is spent until ${timeText(opensAt, reader)}: run it again then.`;
}

function wallClock(
  at: Date,
  { timeZone }: Reader,
): { readonly day: string; readonly time: string } {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return {
    day: `${part('year')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}:${part('minute')}`,
  };
}

/** "in 9 minutes", "3 hours ago", "now". */
function distanceText(distanceMs: number): string {
  const sizeMs = Math.abs(distanceMs);
  if (sizeMs < secondMs) return 'now';
  const { name, unitMs } = units.find(({ upToMs }) => sizeMs < upToMs) ?? days;
  return distances.format(Math.sign(distanceMs) * Math.round(sizeMs / unitMs), name);
}
