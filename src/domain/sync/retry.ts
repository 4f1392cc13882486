/**
 * When a task is tried again: after a failure, after "there is none yet", after it was parked, and to
 * refresh what is stored. Pure: randomness and time are arguments.
 */
import { dayMs, hourMs } from '../duration.ts';
import type { FetchTask, StreamsTask } from './fetch-task.ts';

/** Exponential backoff from `baseMs`, never above `capMs`. */
export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * The pause after the `failures`-th failure in a row, with full jitter: anything from zero to the
 * exponential bound (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 * `random` is from 0 to 1.
 */
export function backoffMs(failures: number, { baseMs, capMs }: Backoff, random: number): number {
  return Math.round(Math.min(capMs, baseMs * 2 ** (failures - 1)) * random);
}

/** No retry is planned further ahead. */
const maxRetryMs = 31 * dayMs;

/** The latest plausible retry: a wrong clock or another program wrote a later one, and it is due now. */
export function latestRetryAt(now: Date): Date {
  return later(now, maxRetryMs);
}

/** How long after an activity's end, or its late upload, Strava may still be computing its streams. */
export const streamsMayComeMs = 6 * hourMs;

/** What follows from a try that did not bring the record. */
export interface Retry {
  readonly tries: number;
  /** Failed too often: tried again in a day at the earliest. */
  readonly isParked: boolean;
  readonly nextTryAt: Date;
}

const triesADay = 5;
const quickBackoff: Backoff = { baseMs: 1_000, capMs: 60_000 };

/**
 * Five tries within minutes, then parked for a day and tried five times again: an activity that
 * responds with 500 for days costs five requests of each.
 */
export function planRetry(triesBefore: number, nowMs: number, random: number): Retry {
  const tries = triesBefore + 1;
  const isParked = tries % triesADay === 0;
  const pauseMs = isParked ? dayMs : quickPauseMs(tries, random);
  return { tries, isParked, nextTryAt: new Date(nowMs + pauseMs) };
}

/** At least half of the bound, so that a fault of a few seconds does not use up the day's tries. */
function quickPauseMs(tries: number, random: number): number {
  return backoffMs(tries % triesADay, quickBackoff, 0.5 + random / 2);
}

const parkedBackoff: Backoff = { baseMs: dayMs, capMs: 30 * dayMs };

/**
 * For a complete response without a usable record, which comes again as it is: five tries within minutes,
 * then one after a day, two days, four, at last one a month.
 */
export function planUnusableRetry(triesBefore: number, nowMs: number, random: number): Retry {
  if (triesBefore + 1 < triesADay) return planRetry(triesBefore, nowMs, random);
  return park(triesBefore + 1, triesBefore + 2 - triesADay, nowMs);
}

/** What the database cannot hold is parked at once: for a day, then two, at last for a month. */
export function planParking(triesBefore: number, at: Date): Retry {
  return park(triesBefore + 1, triesBefore + 1, at.getTime());
}

function park(tries: number, days: number, nowMs: number): Retry {
  const pauseMs = backoffMs(days, parkedBackoff, 1);
  return { tries, isParked: true, nextTryAt: new Date(nowMs + pauseMs) };
}

/**
 * When to request streams again that Strava does not have, or undefined when that is final. Right after
 * an upload they can be missing and exist minutes later. What we saw had been uploaded, so that a wrong
 * start or duration of the record's own puts the end off no further.
 */
export function missingStreamsRetry(
  {
    startAt,
    elapsedS,
    firstSeenAt,
    mayComeUntil,
  }: Pick<StreamsTask, 'startAt' | 'elapsedS' | 'firstSeenAt' | 'mayComeUntil'>,
  nowMs: number,
): Retry | undefined {
  const endedAtMs = startAt.getTime() + elapsedS * 1_000;
  const uploadedAtMs = Math.min(endedAtMs, firstSeenAt.getTime());
  const finalAtMs = Math.max(uploadedAtMs + streamsMayComeMs, mayComeUntil?.getTime() ?? 0);
  if (nowMs >= finalAtMs) return undefined;
  return { tries: 0, isParked: false, nextTryAt: new Date(nowMs + hourMs) };
}

/** When stored details are fetched again because efforts are still missing from them. */
export function effortsRetryAt(at: Date): Date {
  return later(at, hourMs / 2);
}

const maxEventTries = 5;
const eventPauseMs = 60_000;

/**
 * The next try of what a webhook named, or undefined after five: after a create the activity can be
 * missing for minutes, and after a deletion still be there.
 */
export function planEventRetry(triesBefore: number, nowMs: number): Retry | undefined {
  const tries = triesBefore + 1;
  if (tries >= maxEventTries) return undefined;
  return { tries, isParked: false, nextTryAt: new Date(nowMs + tries * eventPauseMs) };
}

/** When a stored part of the athlete, or gear, is fetched again. Retired gear is in no profile any more. */
export function refreshAt(kind: 'athlete' | 'gear', at: Date): Date {
  return later(at, kind === 'athlete' ? dayMs : 30 * dayMs);
}

/**
 * When to request again what Strava does not give: a part or list of the athlete in a month, for a subscription
 * may begin; an activity that is neither there nor gone tomorrow. Undefined when that is final.
 */
export function unavailableRetryAt(task: FetchTask, at: Date): Date | undefined {
  if (task.kind === 'athlete' || task.kind === 'athleteList') return later(at, 30 * dayMs);
  return task.kind === 'activity' && task.purpose === 'confirm' ? later(at, dayMs) : undefined;
}

function later(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}
