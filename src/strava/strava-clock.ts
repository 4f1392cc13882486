/**
 * Strava's time: our clock corrected by the `Date` headers, because the quota's windows open and close
 * on Strava's clock. After a jump of our clock (it was set, or the machine slept) the time is unknown
 * until Strava names it again.
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
import type { Http } from './http.ts';

export interface StravaClock {
  /** The best estimate of Strava's clock, in milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** The largest error of that estimate: a `Date` header names whole seconds. */
  readonly errorMs: () => number;
  /**
   * Learns from a response's `Date` header, if it is readable. Learns nothing while the clock is
   * suspect: the response may belong to a request from before the jump.
   */
  readonly learn: (date: string | undefined, sentAtMs: number) => void;
  /** Learns from a request that was sent because the clock is suspect, and settles that. */
  readonly relearn: (date: string | undefined, sentAtMs: number) => void;
  /** Whether our clock jumped since Strava last named its time: no request may leave before it does. */
  readonly isSuspect: () => boolean;
  /** Accepts our clock after all: Strava's response named no time. */
  readonly trust: () => void;
}

const reportedOffsetMs = 5_000;
/** Larger steps than this between the wall clock and the monotonic one are no slewing. */
const jumpMs = 1_000;

/** `startOffsetMs` is the first guess, from MongoDB's clock. */
export function createStravaClock(clock: Clock, log: Logger, startOffsetMs = 0): StravaClock {
  let offset: ClockOffset = unknownOffset;
  let offsetMs = startOffsetMs;
  let isSuspect = false;
  let isReported = false;
  let aheadMs = clock.nowMs() - clock.monotonicMs();

  /** Returns whether our clock jumped since the last call. */
  const detectJump = (): boolean => {
    const nowAheadMs = clock.nowMs() - clock.monotonicMs();
    const hasJumped = Math.abs(nowAheadMs - aheadMs) > jumpMs;
    if (hasJumped) {
      isSuspect = true;
      offset = unknownOffset;
      log.info(
        "This machine's clock has jumped; requesting Strava's time before the next request.",
      );
    }
    aheadMs = nowAheadMs;
    return hasJumped;
  };

  const reportOnce = (): void => {
    if (isReported || Math.abs(offsetMs) < reportedOffsetMs) return;
    isReported = true;
    const seconds = Math.round(Math.abs(offsetMs) / 1_000);
    const side = offsetMs > 0 ? 'behind' : 'ahead of';
    log.warn(`This machine's clock is ${seconds} s ${side} Strava's; the quota follows Strava's.`);
  };

  const read = (date: string | undefined, sentAtMs: number): void => {
    const dateMs = date === undefined ? Number.NaN : Date.parse(date);
    const receivedAtMs = clock.nowMs();
    // If our clock jumped back during the exchange, the named time cannot be compared with it.
    if (Number.isNaN(dateMs) || sentAtMs > receivedAtMs) return;
    offset = learnOffset(offset, { sentAtMs, receivedAtMs, dateMs });
    offsetMs = bestOffsetMs(offset);
    isSuspect = false;
    reportOnce();
  };

  return {
    nowMs: () => {
      detectJump();
      return clock.nowMs() + offsetMs;
    },
    errorMs: () => offsetErrorMs(offset),
    learn: (date, sentAtMs) => {
      detectJump();
      if (!isSuspect) read(date, sentAtMs);
    },
    relearn: (date, sentAtMs) => {
      if (!detectJump()) read(date, sentAtMs);
    },
    isSuspect: () => {
      detectJump();
      return isSuspect;
    },
    trust: () => {
      isSuspect = false;
    },
  };
}

/** The same exchange; the clock learns from each response. */
export function withClockLearning(http: Http, clock: Clock, stravaClock: StravaClock): Http {
  return async (request) => {
    const sentAtMs = clock.nowMs();
    const response = await http(request);
    stravaClock.learn(response.headers['date'], sentAtMs);
    return response;
  };
}

export interface TimeCheckOptions {
  /** Without clock learning. */
  readonly http: Http;
  readonly clock: Clock;
  readonly stravaClock: StravaClock;
  /** The base URL of OAuth, without a trailing slash. */
  readonly oauthUrl: string;
}

/** Requests Strava's time if our clock is suspect. @throws StravaTransientError */
export type TimeCheck = (signal?: AbortSignal) => Promise<void>;

/** No quota counts the request, the head of the authorize page. Only its `Date` header is used. */
export function createTimeCheck(options: TimeCheckOptions): TimeCheck {
  const { http, clock, stravaClock, oauthUrl } = options;
  return async (signal) => {
    if (!stravaClock.isSuspect()) return;
    const sentAtMs = clock.nowMs();
    const response = await http({ method: 'HEAD', url: `${oauthUrl}/authorize`, signal });
    const date = response.headers['date'];
    if (Number.isNaN(Date.parse(date ?? ''))) stravaClock.trust();
    else stravaClock.relearn(date, sentAtMs);
  };
}
