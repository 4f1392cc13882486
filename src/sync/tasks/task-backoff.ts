/**
 * Transient failures of single tasks: pauses each with a growing backoff, and finds the task whose
 * failures are its own because other requests succeed meanwhile. It decides nothing about Strava as a
 * whole.
 */
import { backoffMs } from '../../domain/sync/retry.ts';
import type { AthleteSyncState } from '../athletes/athlete-sync-state.ts';
import { listKey } from '../athletes/athlete-sync-state.ts';

export interface TaskBackoffDeps {
  readonly nowMs: () => number;
  readonly random: () => number;
}

export interface TaskBackoffs {
  readonly recordSuccess: (athlete: AthleteSyncState, key: string) => void;
  /** The task backs off. Returns true, and ends the backoff, where the failure is the task's own. */
  readonly recordFailure: (athlete: AthleteSyncState, key: string) => boolean;
}

const pause = { baseMs: 1_000, capMs: 60_000 };
/** After this many transient failures in a row, while other requests succeed, blame the task. */
const maxTransientFailures = 6;

export function createTaskBackoffs(deps: TaskBackoffDeps): TaskBackoffs {
  let successes = 0;
  let isListPolled = false;
  const suspects = new Set<string>();

  /** Where nothing else is left to fetch, the list tells an outage from one bad activity. */
  const pollOnce = (athlete: AthleteSyncState): void => {
    if (isListPolled) return;
    isListPolled = true;
    athlete.isPollDue = true;
  };

  return {
    recordSuccess: ({ backoffs }, key) => {
      successes += 1;
      suspects.delete(key);
      backoffs.delete(key);
    },
    recordFailure: (athlete, key) => {
      const before = athlete.backoffs.get(key);
      const successesBefore = before?.successesBefore ?? successes;
      const failures = (before?.failures ?? 0) + 1;
      athlete.tasks = undefined;
      const isLong = key !== listKey && failures >= maxTransientFailures;
      if (isLong && successes > successesBefore) suspects.add(key);
      if (suspects.has(key)) {
        athlete.backoffs.delete(key);
        return true;
      }
      const untilMs = deps.nowMs() + backoffMs(failures, pause, 0.5 + deps.random() / 2);
      athlete.backoffs.set(key, { failures, successesBefore, untilMs });
      if (isLong) pollOnce(athlete);
      return false;
    },
  };
}
