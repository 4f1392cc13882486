/**
 * Shows how far an import is: a bar for the recordings, one for their bytes.
 */
import { formatDuration, secondMs } from '../../domain/duration.ts';
import type { Program } from '../../program.ts';
import { showWhenSlow } from '../shared/progress/delayed.ts';
import { barLines } from '../shared/progress/lines.ts';
import { number } from '../shared/text/text-format.ts';

export interface ImportTotals {
  readonly activities: number;
  /** Of the recordings in the archives. */
  readonly bytes: number;
}

export interface ImportProgress extends Disposable {
  /** One more activity, with the bytes of its recording. */
  readonly advance: (bytes: number) => void;
}

/** What {@link importLines} shows. */
export interface ImportState {
  readonly done: ImportTotals;
  readonly total: ImportTotals;
  readonly elapsedMs: number;
}

/** Rates of a shorter time say little. */
const minMeasuredMs = 2_000;

export function createImportProgress(program: Program, total: ImportTotals): ImportProgress {
  const { clock } = program;
  const startedMs = clock.monotonicMs();
  let done: ImportTotals = { activities: 0, bytes: 0 };
  const state = (): ImportState => ({ done, total, elapsedMs: clock.monotonicMs() - startedMs });
  const shown = showWhenSlow(program, {
    rows: 2,
    lines: (width) => importLines(state(), width),
    sentence: () => progressText(state()),
  });
  return {
    advance: (bytes) => {
      done = { activities: done.activities + 1, bytes: done.bytes + bytes };
    },
    [Symbol.dispose]: () => {
      shown[Symbol.dispose]();
    },
  };
}

/** Two lines with a bar each. Pure. */
export function importLines(state: ImportState, width: number): readonly string[] {
  const { done, total } = state;
  const left = leftText(state);
  const activities = `${number(done.activities)} of ${number(total.activities)}`;
  const bytes = `${megabytes(done.bytes)} of ${megabytes(total.bytes)} MB`;
  const rows = [
    { label: 'recordings', done: done.activities, total: total.activities, notes: [activities] },
    {
      label: 'bytes',
      done: done.bytes,
      total: total.bytes,
      notes: [...(left === '' ? [] : [`${bytes}, ${left}`]), bytes],
    },
  ];
  return barLines(rows, width);
}

/** The same as one sentence. Pure. */
export function progressText(state: ImportState): string {
  const { done, total } = state;
  const left = leftText(state);
  return `Importing: ${number(done.activities)} of ${number(total.activities)} activities${left === '' ? '' : `, ${left}`}.`;
}

function leftText({ done, total, elapsedMs }: ImportState): string {
  if (elapsedMs < minMeasuredMs || done.activities === 0) return '';
  const leftMs = (elapsedMs * (total.activities - done.activities)) / done.activities;
  return `about ${formatDuration(Math.max(secondMs, leftMs))} left`;
}

function megabytes(bytes: number): string {
  return number(Math.round(bytes / 1e6));
}
