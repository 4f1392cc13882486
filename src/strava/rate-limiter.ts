/**
 * Every request to the API passes this limiter: at most a few at once, it reserves the request in the
 * quota, passes Bottleneck's limiter of each window, and settles the reservation with the response. It
 * throws at once if the quota is spent; the caller decides whether to wait. Token calls don't pass it,
 * because no quota counts them. Once nothing is in flight any more, every settlement is written.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { Decision, Reserve } from '../domain/rate-limit/quota.ts';
import { reserve as reserveRequest } from '../domain/rate-limit/quota.ts';
import type { Settlement } from '../domain/rate-limit/quota-feedback.ts';
import type { QuotaSettings, QuotaState } from '../domain/rate-limit/quota-state.ts';
import { QuotaSpentError } from '../errors.ts';
import type { QuotaStore } from '../sync/ports/quota.ts';
import type { HttpResponse } from './http.ts';
import { createLedger } from './ledger.ts';
import { createLimiters } from './limiters.ts';
import { readRateHeaders } from './rate-headers.ts';
import { createSlots } from './slots.ts';
import type { StravaClock, TimeCheck } from './strava-clock.ts';

export interface RateLimiterOptions {
  readonly store: QuotaStore;
  readonly settings: QuotaSettings;
  readonly clock: StravaClock;
  /** Runs before each reservation. */
  readonly timeCheck: TimeCheck;
  /** The process, as the quota's requests in flight name it. */
  readonly owner: string;
  readonly maxInFlight: number;
  /** Times how long settlements wait; the machine's clock where absent. */
  readonly timer?: Pick<Clock, 'monotonicMs' | 'sleep'>;
}

export interface RateLimiter {
  /**
   * Sends one request if the quota allows it, leaving `reserve` in each window.
   * @throws QuotaSpentError before anything is sent.
   */
  schedule(reserve: Reserve, send: () => Promise<HttpResponse>): Promise<HttpResponse>;
  /** The quota as this process knows it; other processes may have spent more. */
  known(): QuotaState;
  /** Reads what other processes have spent. */
  refresh(): Promise<void>;
  /** The number of requests sent since the start. */
  sentCount(): number;
}

export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { store, settings, clock, maxInFlight, owner, timer = systemClock } = options;
  const limiters = createLimiters(settings, () => clock.nowMs());
  const whenFree = createSlots(maxInFlight);
  const ledger = createLedger({ store, settings, clock: timer });
  let inFlightCount = 0;
  let sentCount = 0;

  /** Returns when the request was charged, and the quota with it. @throws QuotaSpentError */
  const acquire = async (id: string, reserve: Reserve) => {
    let atMs = clock.nowMs();
    let decision: Decision | undefined;
    const state = await ledger.update((state) => {
      // After a lost acknowledgement the reservation may be stored already.
      if (state.inFlight.some((request) => request.id === id)) return state;
      atMs = clock.nowMs();
      decision = reserveRequest(state, { id, owner, atMs, reserve }, settings);
      return decision.isAllowed ? decision.state : undefined;
    });
    if (decision?.isAllowed === false) throw new QuotaSpentError(new Date(decision.opensAtMs));
    return { atMs, state };
  };

  const release = (id: string, response: HttpResponse | undefined): Promise<void> => {
    const isOk = response !== undefined && response.status < 400;
    const settlement = settlementOf(id, clock.nowMs(), response);
    return ledger.settle(settlement, { mayWait: isOk });
  };

  /** Reserves, sends and settles one request. */
  const sendOne = async (
    reserve: Reserve,
    send: () => Promise<HttpResponse>,
  ): Promise<HttpResponse> => {
    const id = randomUUID();
    const { atMs, state } = await acquire(id, reserve);
    let response: HttpResponse | undefined;
    try {
      return await limiters.start({ id, owner, atMs }, state, async () => {
        // A process that was stopped in between may wake in a window that it was never charged to.
        if (clock.nowMs() - atMs > settings.maxInFlightMs / 2)
          throw new QuotaSpentError(new Date(atMs));
        sentCount += 1;
        response = await send();
        return response;
      });
    } finally {
      await release(id, response);
    }
  };

  return {
    schedule: (reserve, send) =>
      whenFree(async () => {
        await options.timeCheck();
        inFlightCount += 1;
        try {
          return await sendOne(reserve, send);
        } finally {
          inFlightCount -= 1;
          // Nobody may close the database before the settlements that wait are written.
          if (inFlightCount === 0) await ledger.flush();
        }
      }),
    known: () => ledger.known(),
    refresh: () => ledger.refresh(),
    sentCount: () => sentCount,
  };
}

function settlementOf(id: string, atMs: number, response: HttpResponse | undefined): Settlement {
  const counts = response && readRateHeaders(response.headers);
  return { id, atMs, isRateLimited: response?.status === 429, ...(counts && { counts }) };
}
