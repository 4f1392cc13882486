/**
 * What a command says that a signal interrupts before it has a result.
 */
import { InterruptedError } from '../../errors.ts';
import { StravaTransientError } from '../../strava-errors.ts';

/**
 * Runs `work`; `message` says what was done and what is left.
 * @throws InterruptedError in place of the signal's reason.
 */
export async function sayIfInterrupted<T>(
  work: () => Promise<T>,
  message: () => string,
  signal?: AbortSignal,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A request that the signal cut off can end as a failed response.
    const isCutOff = signal?.aborted === true && error instanceof StravaTransientError;
    if (!isCutOff && !(error instanceof Error && error.name === 'AbortError')) throw error;
    throw new InterruptedError(message(), { cause: error });
  }
}
