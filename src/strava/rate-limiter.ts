/**
 * The gate that every request to the API passes: reserved in the quota before it leaves, at most a few
 * at once (Bottleneck), settled by its answer. It refuses at once where the quota is spent and says
 * until when; waiting is the caller's decision. Token calls don't pass it: they are not counted.
 */
import { randomUUID } from 'node:crypto';
import Bottleneck from 'bottleneck';
import type { Decision, Reserve } from '../domain/rate-limit/quota.ts';
import { reserve as reserveRequest } from '../domain/rate-limit/quota.ts';
import { settle } from '../domain/rate-limit/quota-feedback.ts';
import type { QuotaSettings, QuotaState } from '../domain/rate-limit/quota-state.ts';
import { emptyQuota } from '../domain/rate-limit/quota-state.ts';
import { QuotaSpentError } from '../errors.ts';
import type { QuotaStore } from '../sync/ports/quota.ts';
import type { HttpResponse } from './http.ts';
import { readRateHeaders } from './rate-headers.ts';
import type { StravaClock } from './strava-clock.ts';
import type { TimeCheck } from './time-check.ts';

export interface RateLimiterOptions {
  readonly store: QuotaStore;
  readonly settings: QuotaSettings;
  readonly clock: StravaClock;
  /** Makes sure of Strava's time before anything is reserved. */
  readonly timeCheck: TimeCheck;
  /** The process, as inFlight name it. */
  readonly owner: string;
  readonly maxInFlight: number;
}

export interface RateLimiter {
  /**
   * Makes one request if the quota allows it, leaving `reserve` in each window.
   * @throws QuotaSpentError before anything left.
   */
  pass(reserve: Reserve, send: () => Promise<HttpResponse>): Promise<HttpResponse>;
  /** The quota as this process knows it; another process may know of more. */
  known(): QuotaState;
  /** Reads what other processes have spent meanwhile. */
  refresh(): Promise<void>;
  /** How many requests passed since the start. */
  passed(): number;
}

/** What the quota granted: a flight, and when. */
interface Pass {
  readonly id: string;
  readonly atMs: number;
}

interface Reserved {
  readonly pass: Pass;
  /** Set where the quota refused it. */
  readonly rejectedUntilMs: number | undefined;
  readonly state: QuotaState;
}

export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { store, settings, clock, maxInFlight } = options;
  // Without refresh intervals: each reservation adds one, each start takes one, so no more can start
  // than the quota granted.
  const limiter = new Bottleneck({ maxConcurrent: maxInFlight, reservoir: 0 });
  let known: QuotaState = emptyQuota;
  let passed = 0;

  const land = async (id: string, answer: HttpResponse | undefined): Promise<void> => {
    const counts = answer && readRateHeaders(answer.headers);
    const settlement = {
      id,
      atMs: clock.nowMs(),
      isRateLimited: answer?.status === 429,
      ...(counts && { counts }),
    };
    known = await store.update((state) => settle(state, settlement, settings));
  };

  const fly = async (
    { id, atMs }: Pass,
    send: () => Promise<HttpResponse>,
  ): Promise<HttpResponse> => {
    let answer: HttpResponse | undefined;
    try {
      // A process that was stopped in between may wake in a window that it was never charged to.
      if (clock.nowMs() - atMs > settings.maxInFlightMs / 2)
        throw new QuotaSpentError(new Date(atMs));
      passed += 1;
      answer = await send();
      return answer;
    } finally {
      await land(id, answer);
    }
  };

  return {
    pass: async (reserve, send) => {
      await options.timeCheck();
      const { pass, rejectedUntilMs, state } = await reserveOne(options, reserve);
      known = state;
      if (rejectedUntilMs !== undefined) throw new QuotaSpentError(new Date(rejectedUntilMs));
      await limiter.incrementReservoir(1);
      return limiter.schedule(() => fly(pass, send));
    },
    known: () => known,
    refresh: async () => {
      known = await store.load();
    },
    passed: () => passed,
  };
}

async function reserveOne(
  { store, settings, clock, owner }: RateLimiterOptions,
  reserve: Reserve,
): Promise<Reserved> {
  const id = randomUUID();
  let atMs = clock.nowMs();
  let decision: Decision | undefined;
  const state = await store.update((known) => {
    // After a lost acknowledgement the reservation may stand already.
    if (known.inFlight.some((request) => request.id === id)) return known;
    atMs = clock.nowMs();
    decision = reserveRequest(known, { id, owner, atMs, reserve }, settings);
    return decision.isAllowed ? decision.state : undefined;
  });
  const rejectedUntilMs = decision?.isAllowed === false ? decision.opensAtMs : undefined;
  return { pass: { id, atMs }, rejectedUntilMs, state };
}
