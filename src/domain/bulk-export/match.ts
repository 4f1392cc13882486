/**
 * Which part of a recording belongs to an activity. The export has each file as it was uploaded, so a crop
 * or a split at Strava is not in it, and a multisport file comes once for each of its activities.
 */
import type { JsonValue } from '../json.ts';
import type { ExportedActivity } from './exported-activity.ts';
import { cutColumns } from './cut.ts';
import { metersCovered } from './recorded-distance.ts';
import type { RecordedColumns } from './recorded-file.ts';

export type RecordingMatch =
  | {
      readonly kind: 'whole' | 'cut';
      readonly startAt: Date;
      /** Indexes into the columns: from the first sample of the activity up to `to` (excluded). */
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly kind: 'pending';
      /** A clause, such as "the recording covers only 42 % of the activity's time". */
      readonly reason: string;
    };

type Match = Exclude<RecordingMatch, { readonly kind: 'pending' }>;

/** Strava and the file may round differently. */
const maxApartS = 2;
/** A recording covers too little where it lacks more than both. */
const maxUncoveredShare = 0.2;
const maxUncoveredS = 5;
/** The distance differs where it is off by more than both. */
const maxDistanceShare = 0.05;
const maxDistanceMeters = 100;

/**
 * The whole recording where it starts and lasts as the activity, else what lies within the activity's time.
 * Where neither explains the activity, or its date could be two days that fit, the API has to be asked.
 */
export function matchRecording(
  activity: ExportedActivity,
  columns: RecordedColumns,
): RecordingMatch {
  const { timeS } = columns;
  const [firstS] = timeS;
  if (firstS === undefined) return pending('the recording has no samples');
  const elapsedS = numberOf(activity.fields['elapsed_time']);
  const isAsLong = elapsedS === undefined || isNear(elapsedS, spanOf(timeS));
  const wholeFrom = (startAt: Date): Match => ({
    kind: 'whole',
    startAt,
    from: 0,
    to: timeS.length,
  });
  const start = nearestStart(activity.starts, firstS);
  if (start !== undefined && isAsLong) return wholeFrom(start);
  if (activity.starts.length === 0 && elapsedS !== undefined && isAsLong)
    return wholeFrom(new Date(firstS * 1_000));
  if (elapsedS === undefined) return pending('the recording starts at another time');
  const cuts = activity.starts.map((at) => cutTo(columns, { at, elapsedS, activity }));
  const [found, ...others] = cuts.filter((cut) => cut.kind !== 'pending');
  if (found !== undefined && others.length === 0) return found;
  if (found !== undefined) return pending('the recording fits more than one reading of its date');
  return cuts[0] ?? pending('its date cannot be read, and the recording lasts another time');
}

/** Without the seconds of a date, several starts are near. */
function nearestStart(starts: readonly Date[], firstS: number): Date | undefined {
  const apartS = (at: Date): number => Math.abs(secondsOf(at) - firstS);
  return starts
    .filter((at) => isNear(secondsOf(at), firstS))
    .toSorted((one, other) => apartS(one) - apartS(other))[0];
}

interface Period {
  readonly at: Date;
  readonly elapsedS: number;
  readonly activity: ExportedActivity;
}

function cutTo(columns: RecordedColumns, { at, elapsedS, activity }: Period): RecordingMatch {
  const { timeS } = columns;
  const startS = secondsOf(at);
  const from = indexFrom(timeS, startS);
  const to = indexFrom(timeS, startS + elapsedS + 1);
  const coveredS = spanOf(timeS.slice(from, to));
  const uncoveredS = elapsedS - coveredS;
  const isTooLittle = uncoveredS > maxUncoveredS && uncoveredS > maxUncoveredShare * elapsedS;
  if (to === from || isTooLittle)
    return pending(`the recording covers ${shareText(coveredS, elapsedS)} of the activity's time`);
  const isWhole = from === 0 && to === timeS.length;
  const difference = differenceOf(isWhole ? columns : cutColumns(columns, { from, to }), activity);
  if (difference !== undefined) return pending(difference);
  return { kind: isWhole ? 'whole' : 'cut', startAt: at, from, to };
}

/** The first index at or after a time. */
function indexFrom(timeS: readonly number[], second: number): number {
  const found = timeS.findIndex((one) => one >= second);
  return found === -1 ? timeS.length : found;
}

function differenceOf(columns: RecordedColumns, { fields }: ExportedActivity): string | undefined {
  const meters = metersCovered(columns);
  const expected = numberOf(fields['distance']);
  if (meters === undefined || expected === undefined) return undefined;
  const apart = Math.abs(meters - expected);
  if (apart <= maxDistanceMeters || apart <= maxDistanceShare * expected) return undefined;
  return `the recording is ${kilometers(meters)} km long in the activity's time, and the activity ${kilometers(expected)} km`;
}

function kilometers(meters: number): string {
  return (meters / 1_000).toFixed(2);
}

function shareText(coveredS: number, elapsedS: number): string {
  const percent = elapsedS > 0 ? Math.floor((100 * coveredS) / elapsedS) : 0;
  return percent === 0 ? 'nothing' : `only ${percent} %`;
}

function pending(reason: string): RecordingMatch {
  return { kind: 'pending', reason };
}

function secondsOf(at: Date): number {
  return at.getTime() / 1_000;
}

function isNear(one: number, other: number): boolean {
  return Math.abs(one - other) <= maxApartS;
}

/** From the first to the last sample, in seconds. */
function spanOf(timeS: readonly number[]): number {
  return (timeS.at(-1) ?? 0) - (timeS[0] ?? 0);
}

function numberOf(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
