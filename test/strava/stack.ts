/**
 * The Strava adapter of one process, over a simulator and a MongoDB: several of them
 * stand for several processes.
 */
import { hostname } from 'node:os';

import { pino, type Logger } from 'pino';

import { systemClock, type Clock } from '../../src/clock.ts';
import type { QuotaSettings } from '../../src/domain/rate-limit/quota-state.ts';
import type { Store } from '../../src/mongo/schema/collections.ts';
import { createLeaseStore } from '../../src/mongo/coordination/leases.ts';
import { createQuotaStore } from '../../src/mongo/coordination/quota.ts';
import { createTokenStore } from '../../src/mongo/tokens/tokens.ts';
import { identifyOwner } from '../../src/owner.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { createAccess, type Access } from '../../src/strava/access.ts';
import { createClient, type Client } from '../../src/strava/client.ts';
import { createRateLimiter, type RateLimiter } from '../../src/strava/rate-limiter.ts';
import { createHttp } from '../../src/strava/http.ts';
import { createOAuth, type OAuth } from '../../src/strava/oauth.ts';
import { createSource } from '../../src/strava/source.ts';
import {
  createStravaClock,
  createTimeCheck,
  withClockLearning,
  type StravaClock,
} from '../../src/strava/strava-clock.ts';
import type { QuotaStore } from '../../src/sync/ports/quota.ts';
import type { StravaSource } from '../../src/sync/ports/source.ts';
import type { TokenStore } from '../../src/sync/ports/tokens.ts';

export const athleteId = 1001;
export const silent = pino({ level: 'silent' });

export interface StackOptions {
  readonly simulator: Pick<Simulator, 'apiUrl' | 'oauthUrl' | 'clientId' | 'clientSecret'>;
  readonly store: Store;
  readonly settings?: Partial<QuotaSettings>;
  readonly clock?: Clock;
  readonly log?: Logger;
  readonly requestTimeoutMs?: number;
  readonly maxStreamsBytes?: number;
  readonly leaseDurationMs?: number;
}

export interface Stack {
  readonly tokens: TokenStore;
  readonly quota: QuotaStore;
  readonly access: Access;
  readonly oauth: OAuth;
  readonly rateLimiter: RateLimiter;
  readonly client: Client;
  readonly source: StravaSource;
  readonly stravaClock: StravaClock;
}

export async function createStack(options: StackOptions): Promise<Stack> {
  const { simulator, store, clock = systemClock, log = silent, requestTimeoutMs = 5_000 } = options;
  const { apiUrl, oauthUrl, clientId, clientSecret } = simulator;
  const settings: QuotaSettings = {
    short: 200,
    daily: 1_000,
    shortWindowMs: 15 * 60_000,
    dailyWindowMs: 24 * 3_600_000,
    isHigherAllowed: false,
    maxInFlightMs: 3 * requestTimeoutMs,
    ...options.settings,
  };
  const host = hostname();
  const owner = await identifyOwner(host);
  const stravaClock = createStravaClock(clock, log);
  const http = createHttp(requestTimeoutMs);
  const learning = withClockLearning(http, clock, stravaClock);
  const oauth = createOAuth({
    ...{ http: learning, oauthUrl, clientId, clientSecret },
    nowMs: () => stravaClock.nowMs(),
  });
  const timeCheck = createTimeCheck({ http, clock, stravaClock, oauthUrl });
  const quota = createQuotaStore(store, clientId);
  const rateLimiter = createRateLimiter({
    store: quota,
    settings,
    clock: stravaClock,
    timeCheck,
    owner,
    maxInFlight: 4,
  });
  const tokens = createTokenStore(store, clientId);
  const durationMs = options.leaseDurationMs ?? 5_000;
  const process_ = { pid: process.pid, host, process: owner };
  const leases = createLeaseStore(store, { durationMs, clock, ...process_ });
  const access = createAccess({ tokens, leases, oauth, clock, clientId });
  const client = createClient({ http: learning, rateLimiter, access, apiUrl });
  return {
    tokens,
    quota,
    access,
    oauth,
    rateLimiter,
    client,
    source: createSource(client, { maxStreamsBytes: options.maxStreamsBytes ?? 64_000_000 }),
    stravaClock,
  };
}

/** Stores the grant of an earlier login. */
export async function logIn(
  stack: Stack,
  simulator: Simulator,
  athlete = athleteId,
): Promise<void> {
  await stack.tokens.save({
    athleteId: athlete,
    accessToken: 'expired',
    refreshToken: simulator.issueRefreshToken(athlete),
    expiresAt: new Date(0),
    scope: ['read', 'activity:read_all'],
    clientId: simulator.clientId,
  });
}

export function never(): AbortSignal {
  return new AbortController().signal;
}

/** Request options without a reserve. */
export const free = { reserve: { short: 0, daily: 0 }, signal: never() };

/** The error that was thrown; fails if there was none. */
export async function thrownBy(work: Promise<unknown>): Promise<Error> {
  const outcome: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error('Nothing was thrown.');
}
