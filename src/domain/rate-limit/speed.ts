/**
 * How fast this program works where the quota does not hold it up: of the last runs, the fastest.
 * A run that waited for an outage of MongoDB, or made its requests one by one, only looks slow.
 */
export interface MeasuredRun {
  readonly requests: number;
  /** How long at least one request was in flight. */
  readonly busySeconds: number;
}

/** Shorter runs say more about their start than about their speed. */
export const minMeasured: MeasuredRun = { requests: 20, busySeconds: 60 };

/** How many of the last runs are compared. */
export const measuredRuns = 5;

/** Requests an hour; undefined where no run says it. */
export function requestsPerHour(runs: readonly MeasuredRun[]): number | undefined {
  const speeds = runs
    .filter((run) => run.requests >= minMeasured.requests)
    .filter((run) => run.busySeconds >= minMeasured.busySeconds)
    .map((run) => (run.requests * 3_600) / run.busySeconds);
  return speeds.length === 0 ? undefined : Math.max(...speeds);
}
