/**
 * A valid access token for an athlete: the stored one, or a refreshed one. A lease allows one refresh at
 * a time per athlete across all processes. The rotated refresh token is durable before the new access
 * token is handed out.
 */
import type { Clock } from '../clock.ts';
import { isFresh } from '../domain/auth/token-margin.ts';
import { commandLine } from '../domain/invocation.ts';
import { AuthorizationNeededError } from '../errors.ts';
import {
  MalformedResponseError,
  StravaRejectedError,
  StravaRequestError,
  StravaTransientError,
  RefreshTokenRejectedError,
} from '../strava-errors.ts';
import type { Lease, LeaseStore } from '../sync/ports/leases.ts';
import type { TokenStore, Tokens } from '../sync/ports/tokens.ts';
import type { Grant, OAuth } from './oauth.ts';

export interface AccessOptions {
  readonly tokens: TokenStore;
  readonly leases: LeaseStore;
  readonly oauth: OAuth;
  readonly clock: Clock;
  readonly clientId: string;
}

export interface Access {
  /**
   * An access token with more than the margin left, and not `rejected`, which Strava rejected.
   * @throws AuthorizationNeededError if the athlete has to log in (again).
   */
  token(athleteId: number, signal: AbortSignal, rejected?: string): Promise<string>;
  /**
   * Refreshes the grant now, also one that is marked as needing a new login: a mark may be old, or about a scope.
   * @throws AuthorizationNeededError if Strava rejects the grant, or no login is stored.
   */
  verify(athleteId: number, signal: AbortSignal): Promise<void>;
  /** Marks the grant of this access token as one that lacks a scope, so that it needs a new login. */
  rejectScope(athleteId: number, accessToken: string): Promise<void>;
  /** Whether an access token has expired or was replaced. */
  hasExpired(athleteId: number, accessToken: string): Promise<boolean>;
}

/** The name of the lease under which an athlete's grant is renewed. */
export function refreshLease(athleteId: number): string {
  return `refresh:${athleteId}`;
}

const leasePollMs = 100;
const missingScope = 'a scope that is needed was not granted';

export function createAccess(options: AccessOptions): Access {
  const { tokens, clock } = options;
  const refreshing = new Map<number, Promise<string>>();

  const refreshOnce = (
    athleteId: number,
    signal: AbortSignal,
    rejected?: string,
  ): Promise<string> => {
    const running = refreshing.get(athleteId);
    if (running) return running;
    const started = refreshUnderLease(options, athleteId, signal, rejected).finally(() =>
      refreshing.delete(athleteId),
    );
    refreshing.set(athleteId, started);
    return started;
  };

  return {
    token: async (athleteId, signal, rejected) => {
      const stored = await loadUsable(options, athleteId);
      return isGood(stored, options, rejected)
        ? stored.accessToken
        : refreshOnce(athleteId, signal, rejected);
    },
    verify: (athleteId, signal) => verifyUnderLease(options, athleteId, signal),
    rejectScope: async (athleteId, accessToken) => {
      const stored = await tokens.load(athleteId);
      if (stored?.accessToken !== accessToken) return;
      await tokens.markNeedsAuthorization(stored, missingScope, new Date(clock.nowMs()));
    },
    hasExpired: async (athleteId, accessToken) => {
      const stored = await loadUsable(options, athleteId);
      return stored.accessToken !== accessToken || stored.expiresAt.getTime() <= clock.nowMs();
    },
  };
}

async function refreshUnderLease(
  options: AccessOptions,
  athleteId: number,
  signal: AbortSignal,
  rejected?: string,
): Promise<string> {
  const lease = await waitForLease(options, refreshLease(athleteId), signal);
  try {
    const stored = await loadUsable(options, athleteId);
    if (isGood(stored, options, rejected)) return stored.accessToken;
    await lease.assertHeld();
    const { accessToken } = await refresh(options, stored);
    return accessToken;
  } finally {
    await lease.release();
  }
}

async function verifyUnderLease(
  options: AccessOptions,
  athleteId: number,
  signal: AbortSignal,
): Promise<void> {
  const { tokens } = options;
  const lease = await waitForLease(options, refreshLease(athleteId), signal);
  try {
    const stored = await loadStored(options, athleteId);
    await lease.assertHeld();
    const renewed = await refresh(options, stored);
    const mark = stored.needsAuthorization;
    // A renewed grant has the scopes of the old one.
    if (mark?.reason === missingScope)
      await tokens.markNeedsAuthorization(renewed, mark.reason, mark.since);
  } finally {
    await lease.release();
  }
}

async function waitForLease(
  { leases, clock }: AccessOptions,
  name: string,
  signal: AbortSignal,
): Promise<Lease> {
  for (;;) {
    const lease = await leases.tryAcquire(name);
    if ('epoch' in lease) return lease;
    await clock.sleep(leasePollMs, signal);
    if (signal.aborted) throw new StravaTransientError(`Stopped while waiting for ${name}.`);
  }
}

/** No abort reaches the request or the write: losing a rotated token means losing the login. */
async function refresh(
  { oauth, tokens, clock, clientId }: AccessOptions,
  stored: Tokens,
): Promise<Tokens> {
  const { athleteId } = stored;
  try {
    const grant = await oauth.refresh(stored.refreshToken);
    const renewed = tokensOf(grant, stored, new Date(clock.nowMs()), clientId);
    await tokens.renew(stored, renewed);
    if (grant.accessToken !== undefined) return renewed;
    throw new MalformedResponseError(
      "Strava's token response has no usable access token; its refresh token is stored.",
    );
  } catch (error) {
    if (!(error instanceof RefreshTokenRejectedError)) throw asTransient(error);
    const current = await tokens.load(athleteId);
    if (current && current.refreshToken !== stored.refreshToken) return current;
    const reason = 'Strava rejected the stored refresh token';
    await tokens.markNeedsAuthorization(stored, reason, new Date(clock.nowMs()));
    throw needsAuthorization(athleteId, reason, error);
  }
}

/** A failed token call is not the fault of the record, and its 429 closes no quota window. */
function asTransient(error: unknown): unknown {
  if (!(error instanceof StravaRequestError) || error instanceof StravaRejectedError) return error;
  if (error instanceof StravaTransientError) return error;
  return new StravaTransientError(error.message, { cause: error });
}

function tokensOf(grant: Grant, stored: Tokens, now: Date, clientId: string): Tokens {
  const { accessToken = stored.accessToken, refreshToken, expiresAt, scope = stored.scope } = grant;
  const obtainedAt = accessToken === stored.accessToken ? stored.obtainedAt : now;
  return {
    athleteId: stored.athleteId,
    ...{ accessToken, refreshToken, expiresAt, clientId },
    ...(obtainedAt && { obtainedAt }),
    ...(scope && { scope }),
  };
}

/** @throws AuthorizationNeededError if there is no login or Strava rejected it before. */
async function loadUsable(options: AccessOptions, athleteId: number): Promise<Tokens> {
  const stored = await loadStored(options, athleteId);
  if (stored.needsAuthorization)
    throw needsAuthorization(athleteId, stored.needsAuthorization.reason);
  return stored;
}

async function loadStored({ tokens }: AccessOptions, athleteId: number): Promise<Tokens> {
  const stored = await tokens.load(athleteId);
  if (stored === undefined) throw needsAuthorization(athleteId, 'no login is stored');
  return stored;
}

function isGood(tokens: Tokens, { clock }: AccessOptions, rejected?: string): boolean {
  return tokens.accessToken !== rejected && isFresh(tokens, clock.nowMs());
}

function needsAuthorization(
  athleteId: number,
  reason: string,
  cause?: unknown,
): AuthorizationNeededError {
  return new AuthorizationNeededError(
    `Athlete ${athleteId} has to log in again (${reason}). Run: ${commandLine('auth')}`,
    { cause },
  );
}
