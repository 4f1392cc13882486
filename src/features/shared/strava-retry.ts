/**
 * Repeats a request of a command while Strava is away.
 */
import { StravaRequestError } from '../../strava-errors.ts';
import { commandDeadlineMs } from '../../main.ts';
import type { Program } from '../../program.ts';
import { retry } from '../../retry.ts';

/** What a command does about requests that fail. */
export interface FailedRequests {
  /** Whether another try may succeed after so many failures. */
  readonly isRetriable: (error: StravaRequestError, failures: number) => boolean;
  /** The warning before the second try. */
  readonly warning: (error: StravaRequestError) => string;
  /** The error to throw in place of the last one. */
  readonly giveUp: (error: StravaRequestError) => Error;
}

const backoff = { baseMs: 500, capMs: 30_000 };

/** @throws what `giveUp` makes of the last failure; errors other than StravaRequestError pass unchanged. */
export async function retryRequest<T>(
  { clock, log, random, signal }: Program,
  request: () => Promise<T>,
  { isRetriable, warning, giveUp }: FailedRequests,
): Promise<T> {
  let failures = 0;
  const shouldRetry = (error: unknown): boolean => {
    failures += 1;
    if (!(error instanceof StravaRequestError) || !isRetriable(error, failures)) return false;
    if (failures === 1) log.warn({ code: error.code }, warning(error));
    return true;
  };
  const deadlineMs = commandDeadlineMs;
  try {
    return await retry(request, {
      isRetriable: shouldRetry,
      backoff,
      deadlineMs,
      clock,
      random,
      signal,
    });
  } catch (error) {
    throw error instanceof StravaRequestError ? giveUp(error) : error;
  }
}
