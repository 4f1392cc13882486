/**
 * One request at a time outside a run: waits for the quota, and retries after transient failures. It
 * decides nothing about what is requested.
 */
import type { Clock } from '../clock.ts';
import { QuotaSpentError } from '../errors.ts';
import { RateLimitedError, StravaRecordError, StravaTransientError } from '../strava-errors.ts';
import { retry } from '../retry.ts';

/** How to wait for the quota. */
export interface QuotaWaitDeps {
  readonly clock: Clock;
  /** Strava's time, milliseconds since the epoch. */
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  /** Whether a spent quota ends it (with its QuotaSpentError) instead of making it wait. */
  readonly failOnQuota: boolean;
  /** Called when the quota makes it wait. */
  readonly onWait: (opensAt: Date) => void;
}

export interface RetryDeps extends QuotaWaitDeps {
  readonly random: () => number;
  /** How long to keep trying while Strava is down. */
  readonly deadlineMs: number;
}

const backoff = { baseMs: 1_000, capMs: 30_000 };

/** @throws what `request` throws, once waiting does not help any more. */
export function retryTransient<T>(deps: RetryDeps, request: () => Promise<T>): Promise<T> {
  return waitForQuota(deps, () => retry(request, { ...deps, isRetriable, backoff }));
}

/** Runs `request` again whenever the quota opens. @throws what `request` throws otherwise. */
export async function waitForQuota<T>(deps: QuotaWaitDeps, request: () => Promise<T>): Promise<T> {
  const { clock, signal } = deps;
  for (;;) {
    try {
      return await request();
    } catch (error) {
      const isWaiting = error instanceof QuotaSpentError && !deps.failOnQuota && !signal.aborted;
      if (!isWaiting) throw error;
      deps.onWait(error.opensAt);
      await clock.sleep(error.opensAt.getTime() - deps.nowMs(), signal);
    }
  }
}

/** After a 429 the rate limiter knows that the quota is spent, and says until when. */
function isRetriable(error: unknown): boolean {
  return (
    error instanceof StravaTransientError ||
    error instanceof StravaRecordError ||
    error instanceof RateLimitedError
  );
}
