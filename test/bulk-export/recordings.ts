/** A recording of 120 seconds, with a gap in each column and a pause, in values that FIT holds exactly. */
import type {
  RecordedColumns,
  RecordingResult,
} from '../../src/domain/bulk-export/recorded-file.ts';

/** 2024-06-01T08:00:00Z. */
export const startS = 1_717_228_800;

type Column = (number | null)[];

/** Degrees as FIT keeps them. */
const inSemicircles = (degrees: number): number =>
  (Math.round((degrees * 2 ** 31) / 180) * 180) / 2 ** 31;

function column(value: (index: number) => number, gap: number): Column {
  return Array.from({ length: 120 }, (_, index) =>
    index >= gap && index < gap + 5 ? null : value(index),
  );
}

/** The records. The second half begins a minute later. */
export const ride = {
  timeS: Array.from({ length: 120 }, (_, index) => startS + index + (index >= 60 ? 60 : 0)),
  lat: column((index) => inSemicircles(47.1 + index / 10_000), 10),
  lng: column((index) => inSemicircles(-8.5 - index / 10_000), 10),
  altitude: column((index) => (index - 100) / 5, 20),
  distance: column((index) => (index * 425) / 100, 30),
  heartrate: column((index) => 100 + (index % 60), 40),
  cadence: column((index) => 80 + (index % 10), 50),
  watts: column((index) => 150 + index * 3, 70),
  temp: column((index) => (index % 20) - 10, 80),
} satisfies RecordedColumns;

/** The records from one index to another. */
export function part(columns: RecordedColumns, from: number, to?: number): RecordedColumns {
  const cut = Object.entries(columns).map(([name, values]: [string, Column]) => [
    name,
    values.slice(from, to),
  ]);
  return Object.fromEntries(cut) as RecordedColumns;
}

/** The columns of a recording that can be read. */
export function columnsOf(result: RecordingResult): RecordedColumns {
  if ('unreadable' in result)
    throw new Error(`The recording cannot be read: ${result.unreadable}.`);
  return result.recording.columns;
}

/** What was wrong with a recording that can be read. */
export function problemsOf(result: RecordingResult): readonly string[] {
  return 'unreadable' in result ? ['unreadable'] : result.recording.problems;
}

/** A recording's columns but for one. */
export function without(columns: RecordedColumns, ...names: readonly string[]): RecordedColumns {
  const kept = Object.entries(columns).filter(([name]) => !names.includes(name));
  return Object.fromEntries(kept) as unknown as RecordedColumns;
}
