/**
 * Asks for one page at a time outside a run: waits for the quota, and tries again in bad weather. It
 * decides nothing about what is asked for.
 */
import type { Clock } from '../clock.ts';
import { backoffMs } from '../domain/sync/retry.ts';
import {
  QuotaSpentError,
  RateLimitedError,
  StravaRecordError,
  StravaTransientError,
} from '../errors.ts';

export interface RetryDeps {
  readonly clock: Clock;
  /** Strava's time, milliseconds since the epoch. */
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Whether a spent quota ends it (with its QuotaSpentError) instead of making it wait. */
  readonly failOnQuota: boolean;
  /** How long to go on while Strava is away. */
  readonly deadlineMs: number;
  /** Told when the quota makes it wait. */
  readonly onWait: (opensAt: Date) => void;
}

const pause = { baseMs: 1_000, capMs: 30_000 };

/** @throws what `ask` throws, once waiting does not help any more. */
export async function retryTransient<T>(deps: RetryDeps, ask: () => Promise<T>): Promise<T> {
  const { clock, signal } = deps;
  let startedMs = clock.monotonicMs();
  for (let failures = 0; ;) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof QuotaSpentError && !deps.failOnQuota) {
        deps.onWait(error.opensAt);
        await clock.sleep(error.opensAt.getTime() - deps.nowMs(), signal);
        startedMs = clock.monotonicMs();
        continue;
      }
      if (!isWorthAnotherTry(error)) throw error;
      if (clock.monotonicMs() - startedMs >= deps.deadlineMs) throw error;
      failures += 1;
      await clock.sleep(backoffMs(failures, pause, deps.random()), signal);
    }
  }
}

/** After a 429 the gate knows that the quota is spent, and says until when. */
function isWorthAnotherTry(error: unknown): boolean {
  return (
    error instanceof StravaTransientError ||
    error instanceof StravaRecordError ||
    error instanceof RateLimitedError
  );
}
