/**
 * A valid access token for an athlete: the stored one, or a refreshed one. One refresh at a time per
 * athlete across all processes, under a lease, and the rotated refresh token is durable before the new
 * access token is handed out.
 */
import type { Clock } from '../clock.ts';
import { isFresh } from '../domain/auth/token-margin.ts';
import {
  AuthorizationNeededError,
  StravaRequestError,
  StravaTransientError,
  RefreshTokenRejectedError,
} from '../errors.ts';
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
   * An access token with more than the margin left; `refused` names one that Strava no longer takes.
   * @throws AuthorizationNeededError when the athlete has to log in again, or never did.
   */
  token(athleteId: number, signal: AbortSignal, rejected?: string): Promise<string>;
  /** Marks the grant that this access token belongs to as one that has to be given anew. */
  reject(athleteId: number, accessToken: string, reason: string): Promise<void>;
  /** Whether an access token has run out, or another one has taken its place. */
  hasExpired(athleteId: number, accessToken: string): Promise<boolean>;
}

/** The lease under which an athlete's grant is renewed. */
export function refreshLease(athleteId: number): string {
  return `refresh:${athleteId}`;
}

const waitForOtherMs = 100;

export function createAccess(options: AccessOptions): Access {
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
      const stored = usable(await options.tokens.load(athleteId), athleteId);
      return isGood(stored, options, rejected)
        ? stored.accessToken
        : refreshOnce(athleteId, signal, rejected);
    },
    reject: async (athleteId, accessToken, reason) => {
      const stored = await options.tokens.load(athleteId);
      if (stored?.accessToken !== accessToken) return;
      await options.tokens.markNeedsAuthorization(stored, reason, new Date(options.clock.nowMs()));
    },
    hasExpired: async (athleteId, accessToken) => {
      const stored = usable(await options.tokens.load(athleteId), athleteId);
      const isReplaced = stored.accessToken !== accessToken;
      return isReplaced || stored.expiresAt.getTime() <= options.clock.nowMs();
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
    const stored = usable(await options.tokens.load(athleteId), athleteId);
    if (isGood(stored, options, rejected)) return stored.accessToken;
    await lease.assertHeld();
    const grant = await refresh(options, stored);
    return grant.accessToken;
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
    await clock.sleep(waitForOtherMs, signal);
    if (signal.aborted) throw new StravaTransientError(`Stopped while waiting for ${name}.`);
  }
}

/** No abort reaches the request or the write: a rotated token that is lost is a login that is lost. */
async function refresh(
  { oauth, tokens, clock, clientId }: AccessOptions,
  stored: Tokens,
): Promise<Tokens> {
  const { athleteId } = stored;
  try {
    const grant = await oauth.refresh(stored.refreshToken);
    const renewed = tokensOf(grant, stored, new Date(clock.nowMs()), clientId);
    await tokens.renew(stored, renewed);
    return renewed;
  } catch (error) {
    if (!(error instanceof RefreshTokenRejectedError)) throw asTransient(error);
    const current = await tokens.load(athleteId);
    if (current && current.refreshToken !== stored.refreshToken) return current;
    const reason = 'Strava refuses the stored refresh token';
    await tokens.markNeedsAuthorization(stored, reason, new Date(clock.nowMs()));
    throw needsAuthorization(athleteId, reason, error);
  }
}

/** A token call that fails says nothing of what the token was wanted for, and no window closes after its 429. */
function asTransient(error: unknown): unknown {
  if (!(error instanceof StravaRequestError) || error instanceof StravaTransientError) return error;
  return new StravaTransientError(error.message, { cause: error });
}

function tokensOf(grant: Grant, stored: Tokens, now: Date, clientId: string): Tokens {
  const isSameToken = grant.accessToken === stored.accessToken;
  const scope = grant.scope ?? stored.scope;
  const obtainedAt = isSameToken ? stored.obtainedAt : now;
  return {
    athleteId: stored.athleteId,
    accessToken: grant.accessToken,
    refreshToken: grant.refreshToken,
    expiresAt: grant.expiresAt,
    clientId,
    ...(obtainedAt && { obtainedAt }),
    ...(scope && { scope }),
  };
}

function usable(tokens: Tokens | undefined, athleteId: number): Tokens {
  if (tokens === undefined) throw needsAuthorization(athleteId, 'no login is stored');
  if (tokens.needsAuthorization) {
    throw needsAuthorization(athleteId, tokens.needsAuthorization.reason);
  }
  return tokens;
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
    `Athlete ${athleteId} has to log in again (${reason}). Run: npm run auth`,
    { cause },
  );
}
