/**
 * Strava's time: our clock corrected by what the `Date` headers say, because the quota's windows open
 * and close on Strava's clock. After a jump of our clock (it was set, or the machine slept) the time is
 * unknown until Strava has named it again.
 */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { ClockOffset } from '../domain/rate-limit/clock-offset.ts';
import {
  bestOffsetMs,
  learnOffset,
  offsetErrorMs,
  unknownOffset,
} from '../domain/rate-limit/clock-offset.ts';

export interface StravaClock {
  /** Milliseconds since the epoch on Strava's clock, as well as it is known. */
  readonly nowMs: () => number;
  /** By how much that may be wrong: a `Date` header names whole seconds. */
  readonly errorMs: () => number;
  /**
   * Learns from an answer's `Date` header; one that is absent or unreadable teaches nothing, nor does
   * any while the clock is suspect, for what was asked before the jump may be answered after it.
   */
  readonly learn: (date: string | undefined, sentAtMs: number) => void;
  /** The same for what was asked because the clock is suspect: it settles that. */
  readonly relearn: (date: string | undefined, sentAtMs: number) => void;
  /** Whether our clock jumped since Strava last named its time: no request may leave before it does. */
  readonly isSuspect: () => boolean;
  /** Believes our clock after all: Strava was asked and named no time. */
  readonly trust: () => void;
}

const worthSayingMs = 5_000;
/** Larger steps than this between the wall clock and the monotonic one are no slewing. */
const jumpMs = 1_000;

/** `startOffsetMs` is the first guess, from MongoDB's clock. */
export function createStravaClock(clock: Clock, log: Logger, startOffsetMs = 0): StravaClock {
  let offset: ClockOffset = unknownOffset;
  let offsetMs = startOffsetMs;
  let isSuspect = false;
  let isSaid = false;
  let aheadMs = clock.nowMs() - clock.monotonicMs();

  /** Returns whether our clock jumped since the last watch. */
  const watch = (): boolean => {
    const nowAheadMs = clock.nowMs() - clock.monotonicMs();
    const hasJumped = Math.abs(nowAheadMs - aheadMs) > jumpMs;
    if (hasJumped) {
      isSuspect = true;
      offset = unknownOffset;
      log.info(
        "This machine's clock has jumped; asking Strava for the time before the next request.",
      );
    }
    aheadMs = nowAheadMs;
    return hasJumped;
  };

  const say = (): void => {
    if (isSaid || Math.abs(offsetMs) < worthSayingMs) return;
    isSaid = true;
    const seconds = Math.round(Math.abs(offsetMs) / 1_000);
    const side = offsetMs > 0 ? 'behind' : 'ahead of';
    log.warn(`This machine's clock is ${seconds} s ${side} Strava's; the quota follows Strava's.`);
  };

  const read = (date: string | undefined, sentAtMs: number): void => {
    const dateMs = date === undefined ? Number.NaN : Date.parse(date);
    const receivedAtMs = clock.nowMs();
    // An answer that a jump lies in names a time that nothing can be compared with.
    if (Number.isNaN(dateMs) || sentAtMs > receivedAtMs) return;
    offset = learnOffset(offset, { sentAtMs, receivedAtMs, dateMs });
    offsetMs = bestOffsetMs(offset);
    isSuspect = false;
    say();
  };

  return {
    nowMs: () => {
      watch();
      return clock.nowMs() + offsetMs;
    },
    errorMs: () => offsetErrorMs(offset),
    learn: (date, sentAtMs) => {
      watch();
      if (!isSuspect) read(date, sentAtMs);
    },
    relearn: (date, sentAtMs) => {
      if (!watch()) read(date, sentAtMs);
    },
    isSuspect: () => {
      watch();
      return isSuspect;
    },
    trust: () => {
      isSuspect = false;
    },
  };
}
