/**
 * Requests that fail although nobody's record is at fault: shows the first one of an outage, and finds the
 * rejection that no waiting cures.
 */
import type { Logger } from 'pino';
import { minuteMs } from '../domain/duration.ts';
import type { StravaRequestError } from '../strava-errors.ts';
import { StravaRejectedError } from '../strava-errors.ts';
import type { Work } from '../domain/sync/plan.ts';
import type { AthleteSyncState } from './athletes/athlete-sync-state.ts';
import { listKey } from './athletes/athlete-sync-state.ts';

/** One request under way. */
export interface RequestInFlight {
  readonly athlete: AthleteSyncState;
  readonly work: Work;
}

export interface FailingRequests {
  readonly succeeded: () => void;
  /**
   * `isFirst` says that the last request succeeded. Returns what a rejection ends, if it is final. A
   * task's rejection polls the list, which always exists: it tells whether every request is rejected.
   */
  readonly failed: (
    inFlight: RequestInFlight,
    error: StravaRequestError,
    isFirst: boolean,
  ) => 'run' | 'athlete' | undefined;
  readonly last: () => StravaRequestError | undefined;
}

/** One rejection may be an error of a gateway; so many in a row, without a success in between, are none. */
const maxRejections = 3;
/** How long the failures of tasks are not shown again. */
const quietMs = 10 * minuteMs;

export function createFailingRequests({
  log,
  nowMs,
}: {
  readonly log: Logger;
  readonly nowMs: () => number;
}): FailingRequests {
  let rejections = 0;
  let quietUntilMs = 0;
  let last: StravaRequestError | undefined;

  const show = ({ athlete, work }: RequestInFlight, isFirst: boolean): void => {
    if (last === undefined) return;
    const isShown =
      work.kind === 'task' ? isFirst && nowMs() >= quietUntilMs : !athlete.backoffs.has(listKey);
    const line = { athlete: athlete.athleteId, code: last.code };
    if (isShown) {
      quietUntilMs = nowMs() + quietMs;
      log.warn(line, `${last.message} Trying again.`);
    } else log.debug(line, last.message);
  };

  return {
    last: () => last,
    succeeded: () => {
      rejections = 0;
    },
    failed: (inFlight, error, isFirst) => {
      last = error;
      show(inFlight, isFirst);
      if (!(error instanceof StravaRejectedError)) return undefined;
      const { athlete, work } = inFlight;
      if (work.kind === 'task') {
        athlete.isPollDue = true;
        return undefined;
      }
      rejections += 1;
      if (rejections >= maxRejections) return 'run';
      // Other requests succeed meanwhile, so this list alone is rejected.
      const earlier = athlete.backoffs.get(listKey)?.failures ?? 0;
      return earlier + 1 >= maxRejections ? 'athlete' : undefined;
    },
  };
}
