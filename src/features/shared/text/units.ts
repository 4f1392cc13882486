/**
 * Writes Strava's measures for people, in the metric or the imperial system. Values are metres, seconds,
 * metres a second and degrees Celsius.
 */
import { rateOf } from '../../../domain/activity/pace.js';
import { UsageError } from '../../../errors.ts';
import { number } from './text-format.ts';

export const unitSystems = ['metric', 'imperial'] as const;
export type Units = (typeof unitSystems)[number];

/** The value of `--units`. @throws UsageError */
export function readUnits(text: string): Units {
  const units = unitSystems.find((one) => one === text);
  if (units !== undefined) return units;
  throw new UsageError(`--units takes ${unitSystems.join(' or ')}; not "${text}".`);
}

export const metersPerMile = 1_609.344;
const metersPerFoot = 0.3048;
const metersPerYard = 0.9144;

function fixed(value: number, digits: number): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** "42.20 km", "1,187.4 km", "26.22 mi". */
export function distanceText(meters: number, units: Units): string {
  const value = meters / (units === 'metric' ? 1_000 : metersPerMile);
  return `${fixed(value, Math.abs(value) < 100 ? 2 : 1)} ${units === 'metric' ? 'km' : 'mi'}`;
}

/** Heights and other short lengths: "1,687 m", "5,535 ft". */
export function heightText(meters: number, units: Units, digits = 0): string {
  return units === 'metric'
    ? `${fixed(meters, digits)} m`
    : `${fixed(meters / metersPerFoot, digits)} ft`;
}

/** Hours and minutes, "7:02". */
export function hoursText(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return `${number(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

/** To the second: "21:30", "1:02:05". */
export function clockText(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60];
  const rest = twoDigits(whole % 60);
  return hours === 0 ? `${minutes}:${rest}` : `${number(hours)}:${twoDigits(minutes)}:${rest}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** "5:12 /km", "1:45 /100 m" or "26.7 km/h", by the sport; empty without motion. */
export function rateText(metersPerSecond: number, sport: string | undefined, units: Units): string {
  if (!(metersPerSecond > 0) || !Number.isFinite(metersPerSecond)) return '';
  const isMetric = units === 'metric';
  const over = (meters: number, unit: string): string =>
    `${clockText(meters / metersPerSecond)} /${unit}`;
  switch (rateOf(sport)) {
    case 'pace':
      return isMetric ? over(1_000, 'km') : over(metersPerMile, 'mi');
    case 'swimming pace':
      return isMetric ? over(100, '100 m') : over(100 * metersPerYard, '100 yd');
    case 'speed':
      return isMetric
        ? `${fixed(metersPerSecond * 3.6, 1)} km/h`
        : `${fixed((metersPerSecond * 3_600) / metersPerMile, 1)} mph`;
  }
}

/** "12 °C", "54 °F". */
export function temperatureText(celsius: number, units: Units): string {
  return units === 'metric' ? `${fixed(celsius, 0)} °C` : `${fixed(celsius * 1.8 + 32, 0)} °F`;
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** The name of an ISO weekday, 1 to 7. */
export function weekdayText(isoDay: number): string {
  return weekdays[isoDay - 1] ?? String(isoDay);
}

/** Strava's `start_date_local`, the wall clock of the place, as "Sun 2026-06-14 06:00". */
export function localTimeText(text: string): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(text) ?? [];
  const at = new Date(`${day ?? ''}T00:00:00Z`);
  if (day === undefined || time === undefined || Number.isNaN(at.getTime())) return text;
  return `${weekdayText(at.getUTCDay() || 7).slice(0, 3)} ${day} ${time}`;
}
