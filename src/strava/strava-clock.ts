/**
 * Strava's time: our clock corrected by the `Date` headers, because the quota's windows open and close
 * on Strava's clock. After a jump of our clock (it was set, or the machine slept), and after a response
 * that contradicts the earlier ones, the time is in doubt until Strava names it again.
 */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { LearntOffset } from '../domain/rate-limit/clock-offset.ts';
import {
  bestOffsetMs,
  guessedOffset,
  isInDoubt,
  learnOffset,
  offsetErrorMs,
} from '../domain/rate-limit/clock-offset.ts';
import { StravaTransientError } from '../strava-errors.ts';
import type { Http, HttpResponse } from './http.ts';

export interface StravaClock {
  /** The best estimate of Strava's clock, in milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** The largest error of that estimate: a `Date` header names whole seconds. */
  readonly errorMs: () => number;
  /**
   * Learns from a response's `Date` header, if it is readable. Learns nothing after a jump of our clock:
   * the response may belong to a request from before.
   */
  readonly learn: (date: string | undefined, sentAtMs: number) => void;
  /** Learns from a request that was sent because the time is in doubt. */
  readonly relearn: (date: string | undefined, sentAtMs: number) => void;
  /** Whether the time is in doubt: no request may leave before Strava names it. */
  readonly isSuspect: () => boolean;
  /** Ends the doubt after all, for what was learnt before or our own clock. */
  readonly trust: () => void;
}

/** A smaller difference of the clocks is not worth a word. */
export const reportedOffsetMs = 5_000;
/** Larger steps than this between the wall clock and the monotonic one are no slewing. */
const jumpMs = 1_000;

/** `startOffsetMs` is the first guess, from MongoDB's clock. */
export function createStravaClock(clock: Clock, log: Logger, startOffsetMs = 0): StravaClock {
  let offset: LearntOffset = guessedOffset(startOffsetMs);
  let hasJumped = false;
  let isReported = false;
  let aheadMs = clock.nowMs() - clock.monotonicMs();

  /** Returns whether our clock jumped since the last call. */
  const detectJump = (): boolean => {
    const nowAheadMs = clock.nowMs() - clock.monotonicMs();
    const jumpedMs = nowAheadMs - aheadMs;
    aheadMs = nowAheadMs;
    if (Math.abs(jumpedMs) <= jumpMs) return false;
    hasJumped = true;
    // Either the machine slept, and its clock is as right as before, or it was set.
    const before = bestOffsetMs(offset);
    offset = guessedOffset(before, before - jumpedMs);
    log.info("This machine's clock has jumped; requesting Strava's time before the next request.");
    return true;
  };

  const reportOnce = (): void => {
    const offsetMs = bestOffsetMs(offset);
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
    if (isInDoubt(offset)) return;
    hasJumped = false;
    reportOnce();
  };

  return {
    nowMs: () => {
      detectJump();
      return clock.nowMs() + bestOffsetMs(offset);
    },
    errorMs: () => offsetErrorMs(offset),
    learn: (date, sentAtMs) => {
      detectJump();
      if (!hasJumped) read(date, sentAtMs);
    },
    relearn: (date, sentAtMs) => {
      if (!detectJump()) read(date, sentAtMs);
    },
    isSuspect: () => {
      detectJump();
      return hasJumped || isInDoubt(offset);
    },
    trust: () => {
      hasJumped = false;
      const { rival, ...certain } = offset;
      if (rival !== undefined) offset = certain;
    },
  };
}

/** The same exchange; the clock learns from each response. */
export function withClockLearning(http: Http, clock: Clock, stravaClock: StravaClock): Http {
  return async (request) => {
    const sentAtMs = clock.nowMs();
    const response = await http(request);
    if (namesTime(response)) stravaClock.learn(response.headers['date'], sentAtMs);
    return response;
  };
}

/** Errors and pages may come from a gateway, whose clock is another. */
function namesTime(response: HttpResponse): boolean {
  const { status, headers } = response;
  const isJson = headers['content-type']?.includes('json') ?? false;
  return status >= 200 && status < 300 && isJson && !isCached(response);
}

/** The `Date` of a response from a cache is that of its making (RFC 9111, section 5.1). */
function isCached({ headers }: HttpResponse): boolean {
  return Number(headers['age'] ?? 0) !== 0;
}

export interface TimeCheckOptions {
  /** Without clock learning. */
  readonly http: Http;
  readonly clock: Clock;
  readonly stravaClock: StravaClock;
  /** The base URL of OAuth, without a trailing slash. */
  readonly oauthUrl: string;
}

/** Requests Strava's time while it is in doubt. @throws StravaTransientError */
export type TimeCheck = (signal?: AbortSignal) => Promise<void>;

/** So many that agree are believed; more that contradict each other decide nothing. */
const maxTimeRequests = 8;

export interface NamedTime {
  readonly status: number;
  /** The `Date` header; undefined if a cache answered, whose date is an older one. */
  readonly date: string | undefined;
}

/**
 * Requests the head of the authorize page, which no quota counts, for its `Date` header.
 * @throws StravaTransientError, StravaRejectedError.
 */
export async function requestTime(
  http: Http,
  oauthUrl: string,
  signal?: AbortSignal,
): Promise<NamedTime> {
  const headers = { 'cache-control': 'no-cache' };
  const response = await http({ method: 'HEAD', url: `${oauthUrl}/authorize`, headers, signal });
  const date = isCached(response) ? undefined : response.headers['date'];
  return { status: response.status, date };
}

export function createTimeCheck(options: TimeCheckOptions): TimeCheck {
  const { http, clock, stravaClock, oauthUrl } = options;
  return async (signal) => {
    for (let sent = 0; sent < maxTimeRequests && stravaClock.isSuspect(); sent += 1) {
      const sentAtMs = clock.nowMs();
      const { status, date } = await requestTime(http, oauthUrl, signal);
      if (status >= 500)
        throw new StravaTransientError(`Strava returned ${status} when asked for its time.`);
      if (Number.isNaN(Date.parse(date ?? ''))) break;
      stravaClock.relearn(date, sentAtMs);
    }
    stravaClock.trust();
  };
}
