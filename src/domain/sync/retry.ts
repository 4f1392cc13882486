/**
 * How long to wait after a failure, and when an activity is given up for a day. Pure: randomness and
 * time are arguments.
 */

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

/** How long after an activity's end, or its late upload, its streams may still be on their way. */
export const streamsMayComeMs = 6 * 60 * 60 * 1_000;

/** What is to be done with an activity's streams after another failure. */
export interface RetryPlan {
  readonly tries: number;
  readonly isParked: boolean;
  readonly nextTryAtMs: number;
}

const triesADay = 5;
const dayMs = 24 * 60 * 60 * 1_000;
const quickBackoff: Backoff = { baseMs: 1_000, capMs: 60_000 };

/**
 * Five tries within minutes, then parked for a day and tried five times again: an activity that
 * answers 500 for days costs five requests of each.
 */
export function planRetry(triesBefore: number, nowMs: number, random: number): RetryPlan {
  const tries = triesBefore + 1;
  const isParked = tries % triesADay === 0;
  const pauseMs = isParked ? dayMs : quickPauseMs(tries, random);
  return { tries, isParked, nextTryAtMs: nowMs + pauseMs };
}

/** At least half of the bound, so that a fault of a few seconds does not use up the day's tries. */
function quickPauseMs(tries: number, random: number): number {
  return backoffMs(tries % triesADay, quickBackoff, 0.5 + random / 2);
}
