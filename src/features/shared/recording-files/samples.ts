/**
 * Reads single samples from streams: numbers, positions and instants, if they exist. It depends on no
 * format.
 */
import type { Recording } from '../../../domain/activity/recording.ts';
import type { Sample, Streams } from '../../../domain/activity/streams.ts';

/** A recording as an export may show it. */
export interface ShownRecording extends Recording {
  /** The samples before which something was left out, so that no line leads to them. */
  readonly gaps?: ReadonlySet<number>;
  /** The number of samples that were left out. */
  readonly hidden?: number;
}

/** A place on the globe in degrees, and the sample that it belongs to. */
export interface Position {
  readonly index: number;
  readonly lat: number;
  readonly lng: number;
}

/** A stream; undefined where there is none. */
export type Samples = readonly Sample[] | undefined;

/** The number of a stream at an index; undefined if there is none. */
export function numberIn(samples: Samples, index: number): number | undefined {
  const sample = samples?.[index];
  return typeof sample === 'number' && Number.isFinite(sample) ? sample : undefined;
}

/** The samples that have a position, in order. */
export function* positionsOf({ streams }: Recording): Generator<Position> {
  const [lats, lngs] = [streams?.arrays.get('lat'), streams?.arrays.get('lng')];
  for (let index = 0; streams && index < streams.sampleCount; index += 1) {
    const lat = numberIn(lats, index);
    const lng = numberIn(lngs, index);
    if (lat === undefined || lng === undefined) continue;
    if (Math.abs(lat) <= 90 && Math.abs(lng) <= 180) yield { index, lat, lng };
  }
}

/** The positions in order, those of one line together: one line, unless something was left out. */
export function linesOf(recording: ShownRecording): readonly (readonly Position[])[] {
  const lines: Position[][] = [];
  for (const position of positionsOf(recording)) {
    const line = lines.at(-1);
    if (line === undefined || recording.gaps?.has(position.index) === true) lines.push([position]);
    else line.push(position);
  }
  return lines;
}

/** Whether one of the lines has two positions. It reads no further than to those. */
export function hasLine(recording: ShownRecording): boolean {
  let isFirst = true;
  for (const { index } of positionsOf(recording)) {
    if (!isFirst && recording.gaps?.has(index) !== true) return true;
    isFirst = false;
  }
  return false;
}

const latestMs = 8.64e15;

/**
 * When each sample was taken, as RFC 3339 in UTC: the start and the seconds since then. Most samples are of
 * the minute of the one before, so that only its seconds are new.
 */
export function instantsOf(
  { startAt }: Recording,
  streams: Streams,
): (index: number) => string | undefined {
  const startMs = startAt.getTime();
  const times = streams.arrays.get('time');
  let minute: number | undefined;
  let start = '';
  return (index) => {
    const seconds = numberIn(times, index);
    if (seconds === undefined) return undefined;
    const atMs = startMs + seconds * 1_000;
    if (Math.abs(atMs) > latestMs) return undefined;
    if (atMs % 1_000 !== 0) return instantText(new Date(atMs));
    const its = Math.floor(atMs / 60_000);
    if (its !== minute) {
      minute = its;
      start = new Date(its * 60_000).toISOString().slice(0, -'00.000Z'.length);
    }
    return `${start}${secondTexts[(atMs - its * 60_000) / 1_000] ?? ''}`;
  };
}

/** "00Z" to "59Z". */
const secondTexts = Array.from(
  { length: 60 },
  (_, second) => `${String(second).padStart(2, '0')}Z`,
);

/** "2026-11-22T14:15:00Z"; with milliseconds if they are not zero. */
export function instantText(at: Date): string {
  return at.toISOString().replace('.000Z', 'Z');
}

/** The text of a field of Strava's record; undefined if it is missing, empty or no text. */
export function textOf({ record }: Recording, key: string): string | undefined {
  const value = record[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
