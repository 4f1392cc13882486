/**
 * Bottleneck's part: one limiter for each window, chained, whose reservoir is what the ledger allows this
 * process in that window. Each counts the requests that it starts, so that this process stays within both
 * limits even if the ledger allowed too much.
 *
 * Nothing ever waits in a window's limiter: a request without room is dropped, because no timer would
 * ever refill the reservoir. Bottleneck's own refresh runs from the limiter's construction, while Strava's
 * windows are aligned to the clock.
 */
import Bottleneck from 'bottleneck';
import type { Reservation } from '../domain/rate-limit/quota.ts';
import {
  chargeRequest,
  leftIn,
  noReserve,
  opensAt,
  usedIn,
  windowEndMs,
} from '../domain/rate-limit/quota.ts';
import { settle } from '../domain/rate-limit/quota-feedback.ts';
import type { QuotaSettings, QuotaState, WindowKind } from '../domain/rate-limit/quota-state.ts';
import {
  emptyQuota,
  guardMs,
  limitOf,
  windowLengthMs,
  windowStartMs,
} from '../domain/rate-limit/quota-state.ts';
import { systemClock } from '../clock.ts';
import { QuotaSpentError } from '../errors.ts';

/** One window's limiter. Its reservoir is what it was given minus what Bottleneck has started. */
interface WindowLimiter {
  readonly kind: WindowKind;
  readonly startMs: number;
  readonly bottleneck: Bottleneck;
  /** The requests of earlier limiters that Strava may count in this window. */
  readonly carried: number;
  given: number;
  /** The requests that were handed to Bottleneck. */
  accepted: number;
}

export interface Limiters {
  /**
   * Starts a request that the ledger allowed; `ledger` is the ledger's state with this request.
   * @throws QuotaSpentError before anything is sent, if this process started too many.
   */
  start<T>(
    request: Omit<Reservation, 'reserve'>,
    ledger: QuotaState,
    send: () => Promise<T>,
  ): Promise<T>;
}

/** `nowMs` is Strava's time. */
export function createLimiters(settings: QuotaSettings, nowMs: () => number): Limiters {
  // What this process alone started: it tells a new window's limiter what is charged to it already.
  let own: QuotaState = emptyQuota;
  let windows: Partial<Record<WindowKind, WindowLimiter>> = {};
  let lastWallMs = Number.NEGATIVE_INFINITY;

  // Bottleneck starts nothing before the time of its last start, by the wall clock, which may jump back.
  const renewAfterJumpBack = (): void => {
    const wallMs = systemClock.nowMs();
    if (wallMs < lastWallMs) windows = {};
    lastWallMs = wallMs;
  };

  const windowOf = (kind: WindowKind, atMs: number): WindowLimiter => {
    const startMs = limitedFromMs(kind, atMs, settings);
    const known = windows[kind];
    if (known?.startMs === startMs) return known;
    const opened = openWindow(kind, startMs, usedIn(kind, own, startMs, settings));
    windows[kind] = opened;
    return opened;
  };

  return {
    start: async (request, ledger, send) => {
      renewAfterJumpBack();
      const short = windowOf('short', request.atMs);
      const daily = windowOf('daily', request.atMs);
      own = chargeRequest(own, request, settings);
      short.bottleneck.chain(daily.bottleneck);
      try {
        await Promise.all([short, daily].map((window) => accept(window, ledger, settings)));
        return await short.bottleneck.schedule(send);
      } catch (error) {
        if (!(error instanceof Bottleneck.BottleneckError)) throw error;
        throw new QuotaSpentError(new Date(reopensAtMs(own, nowMs(), settings)));
      } finally {
        own = settle(own, { id: request.id, atMs: nowMs(), isRateLimited: false }, settings);
      }
    },
  };
}

function openWindow(kind: WindowKind, startMs: number, carried: number): WindowLimiter {
  const bottleneck = new Bottleneck({
    reservoir: 0,
    highWater: 0,
    strategy: Bottleneck.strategy.OVERFLOW,
  });
  return { kind, startMs, bottleneck, carried, given: 0, accepted: 0 };
}

/**
 * The start of the window whose limiter a request of `atMs` passes. Near a boundary a request is charged
 * to both windows: it passes the older one's limiter, and the newer one begins with what it was charged.
 */
function limitedFromMs(kind: WindowKind, atMs: number, settings: QuotaSettings): number {
  const lengthMs = windowLengthMs(kind, settings);
  return windowStartMs(atMs - guardMs(lengthMs, settings), lengthMs);
}

/**
 * Accepts one request, and brings the reservoir to what the ledger leaves after it. What was given to
 * requests that Bottleneck has not started yet is never taken back: they would wait for ever.
 */
async function accept(
  window: WindowLimiter,
  ledger: QuotaState,
  settings: QuotaSettings,
): Promise<void> {
  const { kind, startMs, carried, given, accepted } = window;
  const left = leftIn(kind, ledger, startMs, settings);
  const allowed = Math.min(limitOf(kind, ledger, settings) - carried, accepted + 1 + left);
  window.given = Math.max(allowed, Math.min(given, accepted));
  window.accepted = accepted + 1;
  if (window.given !== given) await window.bottleneck.incrementReservoir(window.given - given);
}

function reopensAtMs(own: QuotaState, atMs: number, settings: QuotaSettings): number {
  const opensAtMs = opensAt(own, atMs, settings, noReserve);
  return opensAtMs > atMs ? opensAtMs : windowEndMs('short', atMs, settings);
}
