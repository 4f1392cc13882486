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
  StravaWeatherError,
} from '../errors.ts';

export interface PatienceDeps {
  readonly clock: Clock;
  /** Strava's time, milliseconds since the epoch. */
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Whether a spent quota ends it (with its QuotaSpentError) instead of making it wait. */
  readonly isImpatient: boolean;
  /** How long to go on while Strava is away. */
  readonly patienceMs: number;
  /** Told when the quota makes it wait. */
  readonly onWait: (opensAt: Date) => void;
}

const pause = { baseMs: 1_000, capMs: 30_000 };

/** @throws what `ask` throws, once waiting does not help any more. */
export async function patiently<T>(deps: PatienceDeps, ask: () => Promise<T>): Promise<T> {
  const { clock, signal } = deps;
  let startedMs = clock.monotonicMs();
  for (let failures = 0; ;) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof QuotaSpentError && !deps.isImpatient) {
        deps.onWait(error.opensAt);
        await clock.sleep(error.opensAt.getTime() - deps.nowMs(), signal);
        startedMs = clock.monotonicMs();
        continue;
      }
      if (!isWorthAnotherTry(error)) throw error;
      if (clock.monotonicMs() - startedMs >= deps.patienceMs) throw error;
      failures += 1;
      await clock.sleep(backoffMs(failures, pause, deps.random()), signal);
    }
  }
}

/** After a 429 the gate knows that the quota is spent, and says until when. */
function isWorthAnotherTry(error: unknown): boolean {
  return (
    error instanceof StravaWeatherError ||
    error instanceof StravaRecordError ||
    error instanceof RateLimitedError
  );
}
