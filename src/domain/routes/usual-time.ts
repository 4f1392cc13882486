/** The times that an athlete took for a route. */

export interface RouteTimes {
  /** The shortest, in seconds. */
  readonly best?: number;
  /** The median, in seconds. */
  readonly usual?: number;
}

/** Of moving times, in seconds; what is no time above 0 does not count. */
export function routeTimes(values: readonly unknown[]): RouteTimes {
  const isTime = (value: unknown): value is number =>
    typeof value === 'number' && value > 0 && Number.isFinite(value);
  const times = values.filter(isTime).sort((one, other) => one - other);
  const [best] = times;
  const lower = times[Math.floor((times.length - 1) / 2)];
  const upper = times[Math.floor(times.length / 2)];
  if (best === undefined || lower === undefined || upper === undefined) return {};
  return { best, usual: (lower + upper) / 2 };
}
