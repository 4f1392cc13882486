/**
 * Strava's count of requests: two fixed windows on the clock, shared by all athletes of the
 * application, with the headers that report them. It counts every request, rejected ones included.
 */

/** How the rate headers come. */
export type HeaderMode = 'both' | 'overall' | 'none' | 'none-on-streams' | 'rubbish';

export interface Quota {
  /** Read requests in a short window. */
  readonly short: number;
  readonly daily: number;
  readonly shortWindowMs: number;
  readonly dailyWindowMs: number;
  /** Requests of any kind; by default the same as the read limits. */
  readonly overallShort?: number;
  readonly overallDaily?: number;
}

export const defaultQuota: Quota = {
  short: 200,
  daily: 1000,
  shortWindowMs: 15 * 60_000,
  dailyWindowMs: 24 * 3_600_000,
};

export interface Usage {
  readonly short: number;
  readonly daily: number;
}

export interface QuotaWindows {
  /** Counts a request, and says which limit was reached before it came, if any. */
  take(nowMs: number): 'rate limit' | 'overall rate limit' | null;
  /** Usage as another program of the same application would cause it. */
  add(requests: number, nowMs: number): void;
  usage(nowMs: number): Usage;
  set(changes: Partial<Quota>): void;
  headers(mode: HeaderMode, nowMs: number): Record<string, string>;
}

/** Windows aligned to multiples of their length since the epoch. */
export function createQuotaWindows(initial: Quota): QuotaWindows {
  let quota = initial;
  const [short, daily] = [createWindow(), createWindow()];
  const usage = (nowMs: number): Usage => ({
    short: short.count(nowMs, quota.shortWindowMs),
    daily: daily.count(nowMs, quota.dailyWindowMs),
  });
  const add = (requests: number, nowMs: number): void => {
    short.add(requests, nowMs, quota.shortWindowMs);
    daily.add(requests, nowMs, quota.dailyWindowMs);
  };
  return {
    take: (nowMs) => {
      const used = usage(nowMs);
      add(1, nowMs);
      if (used.short >= quota.short || used.daily >= quota.daily) return 'rate limit';
      const overall = overallOf(quota);
      const isOver = used.short >= overall.short || used.daily >= overall.daily;
      return isOver ? 'overall rate limit' : null;
    },
    add,
    usage,
    set: (changes) => {
      quota = { ...quota, ...changes };
    },
    headers: (mode, nowMs) => writeHeaders(mode, quota, usage(nowMs)),
  };
}

function createWindow() {
  let [index, used] = [Number.NaN, 0];
  const count = (nowMs: number, lengthMs: number): number => {
    const current = Math.floor(nowMs / lengthMs);
    if (current !== index) [index, used] = [current, 0];
    return used;
  };
  return {
    count,
    add: (requests: number, nowMs: number, lengthMs: number): void => {
      used = count(nowMs, lengthMs) + requests;
    },
  };
}

function overallOf(quota: Quota): Usage {
  return { short: quota.overallShort ?? quota.short, daily: quota.overallDaily ?? quota.daily };
}

function writeHeaders(mode: HeaderMode, quota: Quota, used: Usage): Record<string, string> {
  if (mode === 'none') return {};
  if (mode === 'rubbish') return rubbish(used);
  const overall = overallOf(quota);
  const usage = `${used.short},${used.daily}`;
  return {
    'X-RateLimit-Limit': `${overall.short},${overall.daily}`,
    'X-RateLimit-Usage': usage,
    ...(mode === 'overall'
      ? {}
      : {
          'X-ReadRateLimit-Limit': `${quota.short},${quota.daily}`,
          'X-ReadRateLimit-Usage': usage,
        }),
  };
}

function rubbish(used: Usage): Record<string, string> {
  const values = ['', 'unlimited', 'NaN,NaN', '-1,-1', '200', '0x10,1e3', ',', '200,1000,7'];
  const pick = (offset: number): string => values[(used.daily + offset) % values.length] ?? '';
  return {
    'X-RateLimit-Limit': pick(0),
    'X-RateLimit-Usage': pick(3),
    'X-ReadRateLimit-Limit': pick(5),
    'X-ReadRateLimit-Usage': pick(6),
  };
}
