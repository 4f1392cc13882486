/**
 * One activity for people: its summary, laps, best efforts, climbs, and lines of altitude and heart rate.
 */
import type { Document } from 'mongodb';
import type { Recording } from '../../domain/activity/recording.ts';
import { activityAddress } from '../shared/activity-id.ts';
import { hanging, outputWidth } from '../shared/text/fitted-table.ts';
import { placeText } from '../shared/text/place-text.ts';
import { presented } from '../shared/text/presentation.ts';
import { startText } from '../shared/text/start-text.ts';
import type { Program } from '../../program.ts';
import { number } from '../shared/text/text-format.ts';
import type { Units } from '../shared/text/units.ts';
import * as measures from '../shared/text/units.ts';
import { terminalText } from '../../terminal-text.ts';
import { sparkline } from './sparkline.ts';

/** The width of a sparkline where the output is no terminal. */
const plainWidth = 80;

export interface Shown {
  /** As it is stored. */
  readonly activity: Document;
  readonly recording: Recording | undefined;
  /** As it is stored. */
  readonly route?: Document | undefined;
}

export function activityText(
  program: Pick<Program, 'stdout' | 'env'>,
  shown: Shown,
  units: Units,
): string {
  const width = outputWidth(program);
  const { activity, recording } = shown;
  const sport = textOf(activity, 'sport_type') ?? '';
  const tableOf = (documents: readonly Document[]): string =>
    presented(documents, { units, width, scope: { sport } });
  const parts = [
    summaryText(shown, units, width),
    section('Laps', lapsOf(activity), tableOf),
    section('Best efforts', effortsOf(activity), tableOf),
    section('Best power', powersOf(activity), tableOf),
    section('Climbs', climbsOf(activity, 'climbs'), tableOf),
    section('Descents', climbsOf(activity, 'descents'), tableOf),
    linesText(recording, units, Number.isFinite(width) ? width : plainWidth),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function section(
  title: string,
  documents: readonly Document[],
  tableOf: (documents: readonly Document[]) => string,
): string {
  return documents.length === 0 ? '' : `${title}\n${tableOf(documents)}`;
}

/** "4 times, best 49:12, usually 52:30"; empty for a way that was taken once. */
function routeText(route: Document): string {
  const count = numberOf(route, 'count') ?? 0;
  if (!(count > 1)) return '';
  const [best, usual] = ['best_moving_time', 'usual_moving_time'].map((key) =>
    numberOf(route, key),
  );
  const times = [
    best === undefined ? '' : `best ${measures.clockText(best)}`,
    usual === undefined ? '' : `usually ${measures.clockText(usual)}`,
  ];
  return [`${number(count)} times`, ...times].filter((text) => text !== '').join(', ');
}

function summaryText({ activity, route = {} }: Shown, units: Units, width: number): string {
  const id = Number(activity['_id']);
  const [distance, moving] = [numberOf(activity, 'distance'), numberOf(activity, 'moving_time')];
  const measured = (key: string, write: (value: number) => string): string => {
    const value = numberOf(activity, key);
    return value === undefined ? '' : write(value);
  };
  const rate =
    distance === undefined || moving === undefined
      ? ''
      : measures.rateText(distance / moving, textOf(activity, 'sport_type'), units);
  const rows: readonly (readonly [string, string])[] = [
    ['Name', textOf(activity, 'name') ?? ''],
    ['Description', textOf(activity, 'description') ?? ''],
    ['Sport', textOf(activity, 'sport_type') ?? ''],
    ['Start', startText(activity)],
    ['Place', placeText(activity)],
    ['This route', routeText(route)],
    ['Distance', measured('distance', (value) => measures.distanceText(value, units))],
    ['Moving', measured('moving_time', measures.clockText)],
    ['Elapsed', measured('elapsed_time', measures.clockText)],
    ['Speed', rate],
    ['Climbing', measured('total_elevation_gain', (value) => measures.heightText(value, units))],
    ['Heart rate', measured('average_heartrate', (value) => `${value.toFixed(0)} bpm`)],
    ['Power', measured('average_watts', (value) => `${value.toFixed(0)} W`)],
    ['Calories', measured('calories', number)],
    ['Kudos', measured('kudos_count', number)],
    ['View on Strava', activityAddress(id)],
  ];
  return rows
    .filter(([, text]) => text !== '')
    .map(([word, text]) => hanging(word.padEnd('View on Strava'.length), terminalText(text), width))
    .join('\n');
}

/** Strava's laps, which the details have. */
function lapsOf(activity: Document): readonly Document[] {
  const lapFields = [
    'name',
    'distance',
    'moving_time',
    'total_elevation_gain',
    'average_heartrate',
  ];
  return listOf(activity['laps']).map((lap) =>
    Object.fromEntries(
      lapFields.flatMap((key) => (lap[key] === undefined ? [] : [[key, lap[key] as unknown]])),
    ),
  );
}

function effortsOf(activity: Document): readonly Document[] {
  return listOf(derivedOf(activity)['best_distance']).map(({ meters, seconds }) => ({
    distance: Number(meters),
    seconds: Number(seconds),
    km_per_hour: (3.6 * Number(meters)) / Number(seconds),
  }));
}

function powersOf(activity: Document): readonly Document[] {
  return listOf(derivedOf(activity)['best_power']).map(({ seconds, watts }) => ({
    seconds: Number(seconds),
    watts: Number(watts),
  }));
}

/** The climbs or descents of the recording; those without a gain, a length and a time are left out. */
function climbsOf(activity: Document, list: 'climbs' | 'descents'): readonly Document[] {
  return listOf(derivedOf(activity)[list]).flatMap((one) => {
    const [from_m, length, gain, gradient, steepest, category, seconds] = [
      'from_m',
      'length',
      'gain',
      'gradient',
      'steepest',
      'category',
      'seconds',
    ].map((key) => numberOf(one, key));
    if (length === undefined || gain === undefined || !(Number(seconds) > 0)) return [];
    const stretch = { from_m, length, gain, gradient, steepest, seconds };
    return list === 'descents'
      ? [stretch]
      : [{ ...stretch, category, vam: (3_600 * gain) / Number(seconds) }];
  });
}

function linesText(recording: Recording | undefined, units: Units, width: number): string {
  const lines = [
    { key: 'altitude', word: 'Altitude', write: (m: number) => measures.heightText(m, units) },
    { key: 'heartrate', word: 'Heart rate', write: (bpm: number) => `${bpm.toFixed(0)} bpm` },
  ];
  return lines
    .flatMap(({ key, word, write }) => {
      const line = sparkline(
        recording?.streams?.arrays.get(key) ?? [],
        Math.min(width, plainWidth),
      );
      return line === undefined
        ? []
        : [`${word}, ${write(line.min)} to ${write(line.max)}`, line.text];
    })
    .join('\n');
}

function derivedOf(activity: Document): Document {
  return Object(activity['derived']) as Document;
}

function listOf(value: unknown): readonly Document[] {
  return Array.isArray(value) ? value.map((one: unknown) => Object(one) as Document) : [];
}

function numberOf(document: Document, key: string): number | undefined {
  const value: unknown = document[key];
  return typeof value === 'number' ? value : undefined;
}

function textOf(document: Document, key: string): string | undefined {
  const value: unknown = document[key];
  return typeof value === 'string' ? value : undefined;
}
