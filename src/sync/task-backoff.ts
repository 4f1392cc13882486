/**
 * Bad weather over single things that are asked for: lets them rest a little, and finds the activity
 * whose weather is its own, which no other request meets. It decides nothing about Strava as a whole.
 */
import { backoffMs } from '../domain/sync/retry.ts';
import type { StravaRequestError } from '../errors.ts';
import type { AthleteSyncState, TaskBackoff } from './athlete-sync-state.ts';

/** What was asked for. */
export interface FailedTask {
  readonly work: AthleteSyncState;
  /** Its key in the weather. */
  readonly key: string;
  /** Counts the weather as a failure of its own; absent for the list, which has none. */
  readonly count?: (message: string) => Promise<'failed' | 'parked'>;
}

export interface TaskBackoffDeps {
  readonly nowMs: () => number;
  readonly random: () => number;
}

export interface TaskBackoffs {
  readonly succeeded: (failedTask: FailedTask) => void;
  /** It rests; returns what became of it where the weather counted as the activity's own failure. */
  readonly hit: (
    failedTask: FailedTask,
    error: StravaRequestError,
  ) => Promise<'failed' | 'parked' | undefined>;
}

const pause = { baseMs: 1_000, capMs: 60_000 };
/** An activity that so often in a row does not get through while others do has more than bad weather. */
const maxTransientFailures = 6;

export function createTaskBackoffs(deps: TaskBackoffDeps): TaskBackoffs {
  let successes = 0;
  let isProbed = false;
  const suspects = new Set<string>();

  const backoffAfter = ({ count, successesBefore }: Omit<TaskBackoff, 'untilMs'>): TaskBackoff => {
    const pauseMs = backoffMs(count + 1, pause, 0.5 + deps.random() / 2);
    return { count: count + 1, successesBefore, untilMs: deps.nowMs() + pauseMs };
  };

  /** Where nothing else is left to ask for, the list tells an outage from one bad activity. */
  const probe = (work: AthleteSyncState): void => {
    if (isProbed) return;
    isProbed = true;
    work.isPollDue = true;
  };

  return {
    succeeded: ({ work, key }) => {
      successes += 1;
      suspects.delete(key);
      work.weather.delete(key);
    },
    hit: async ({ work, key, count }, error) => {
      const before = work.weather.get(key) ?? { count: 0, successesBefore: successes };
      const storm = backoffAfter(before);
      work.due = undefined;
      work.reads = undefined;
      const isLong = count !== undefined && storm.count >= maxTransientFailures;
      if (isLong && successes > storm.successesBefore) suspects.add(key);
      if (count !== undefined && suspects.has(key)) {
        work.weather.delete(key);
        return count(error.message);
      }
      work.weather.set(key, storm);
      if (isLong) probe(work);
      return undefined;
    },
  };
}
