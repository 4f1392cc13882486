/**
 * The progress of a run in words and bars. Pure: it reads no terminal and no clock.
 */
import { formatDuration, minuteMs } from '../../../domain/duration.ts';
import type { DecidingLimit } from '../../../domain/rate-limit/estimate.ts';
import { keptText } from '../quota-report.ts';
import { counted, number } from '../text/text-format.ts';
import type { BarRow } from './lines.ts';
import { barLines, fittingLine } from './lines.ts';

/** How far a run is. */
export interface SyncState {
  readonly list: {
    /** Activities that are stored, of those that the run looks for. */
    readonly done: number;
    /** What Strava counts; undefined where it does not say. */
    readonly total: number | undefined;
    /** Whether the whole list was read: then `done` is the total. */
    readonly isKnown: boolean;
    readonly perMinute: number | undefined;
  };
  readonly streams: {
    readonly done: number;
    readonly left: number;
    readonly perMinute: number | undefined;
  };
  /** Undefined before there is anything to measure. */
  readonly timeLeft: TimeLeft | undefined;
  /** Set while the quota is spent: until when, as a text. */
  readonly waitingUntil: string | undefined;
  /** How many requests are left meanwhile, kept for today's activities. */
  readonly kept?: number;
}

export interface TimeLeft {
  readonly ms: number;
  readonly decidedBy: DecidingLimit;
  readonly shortWindowMs: number;
}

/** How many lines {@link syncLines} gives. */
export const syncRows = 3;

/** A bar for the list, one for the streams, and the time that is left. */
export function syncLines(state: SyncState, width: number): readonly string[] {
  return [
    ...barLines([listRow(state), streamsRow(state)], width),
    fittingLine(timeWordings(state), width),
  ];
}

function listRow({ list: { done, total, isKnown, perMinute } }: SyncState): BarRow {
  const rate = rateText(perMinute);
  const row = { label: 'list', done };
  if (isKnown) {
    const text = done === 0 ? 'complete, nothing new' : `${number(done)} complete`;
    return { ...row, total: Math.max(1, done), notes: notesOf([text], rate) };
  }
  if (total === undefined || done > total)
    return { ...row, notes: notesOf([`${number(done)} so far`], rate) };
  const of = `${number(done)} of about ${number(total)}`;
  const short = `${number(done)}/${number(total)}`;
  return { ...row, total, isOpen: true, notes: notesOf([of, short], rate) };
}

function streamsRow({ streams: { done, left, perMinute }, list }: SyncState): BarRow {
  const total = done + left;
  const row = { label: 'streams', done };
  if (total === 0) return { ...row, notes: ['none to fetch so far'] };
  const isOpen = left > 0 || !list.isKnown;
  const of = `${number(done)} of ${number(total)}`;
  const short = `${number(done)}/${number(total)}`;
  return { ...row, total, isOpen, notes: notesOf([of, short], rateText(perMinute)) };
}

function notesOf(texts: readonly string[], rate: string): readonly string[] {
  const withRate = rate === '' ? [] : texts.map((text) => `${text}, ${rate}`);
  return [...withRate, ...texts];
}

/** "38 a minute"; below ten with one decimal, so that a slow run does not seem to stand. */
function rateText(perMinute: number | undefined): string {
  if (perMinute === undefined || perMinute === 0) return '';
  const rounded = perMinute < 10 ? Math.round(perMinute * 10) / 10 : Math.round(perMinute);
  return `${number(rounded)} a minute`;
}

function timeWordings({ timeLeft, waitingUntil, streams, kept = 0 }: SyncState): readonly string[] {
  const wait = waitingUntil === undefined ? '' : `Quota spent until ${waitingUntil}`;
  if (streams.left === 0) return [wait];
  const time =
    timeLeft === undefined ? 'Measuring the speed' : `About ${durationText(timeLeft)} left`;
  const why = timeLeft === undefined ? '' : `: ${decidingText(timeLeft)} decides`;
  if (wait === '') return [time + why, time];
  const rest = timeLeft === undefined ? '' : `; about ${durationText(timeLeft)} left`;
  const short = [wait + rest + why, wait + rest, wait];
  if (kept === 0) return short;
  const full = `Quota: ${keptText(kept)}, until ${waitingUntil ?? ''}`;
  return [full + rest + why, full + rest, ...short];
}

function durationText({ ms }: TimeLeft): string {
  return formatDuration(Math.max(1_000, ms));
}

/** "the 15-minute window", "the daily quota", "the measured speed". */
function decidingText({ decidedBy, shortWindowMs }: TimeLeft): string {
  if (decidedBy === 'speed') return 'the measured speed';
  if (decidedBy === 'daily') return 'the daily quota';
  const minutes = shortWindowMs / minuteMs;
  return Number.isInteger(minutes) ? `the ${minutes}-minute window` : 'the short window';
}

/** "2,574 streams to go: about 3 days (the daily quota decides)". */
function remainingText(left: number, timeLeft: TimeLeft | undefined): string {
  if (left === 0) return 'no streams left to fetch so far';
  const toGo = `${counted(left, 'stream')} to go`;
  if (timeLeft === undefined) return toGo;
  return `${toGo}: about ${durationText(timeLeft)} (${decidingText(timeLeft)} decides)`;
}

/** The same as one sentence, for where there is no terminal. */
export function syncText({ list, streams, timeLeft, waitingUntil, kept = 0 }: SyncState): string {
  const rest = remainingText(streams.left, timeLeft);
  if (waitingUntil !== undefined) {
    const keptToo = kept === 0 ? '' : `; ${keptText(kept)}`;
    return `Quota spent, waiting until ${waitingUntil}; ${rest}${keptToo}.`;
  }
  const { done, total, isKnown } = list;
  const of = total === undefined || done > total ? '' : ` of about ${number(total)}`;
  const listed = isKnown ? 'the list is complete' : `${number(done)}${of} listed so far`;
  return `Syncing: ${listed}; ${counted(streams.done, 'stream')} done, ${rest}.`;
}
