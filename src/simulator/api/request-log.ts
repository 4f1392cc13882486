/**
 * Every request that the simulator received, in order, with its outcome; and the queries on it that a
 * test needs.
 */
import type { FaultKind } from './fault-kinds.ts';

/** The purpose of a request. */
export type Endpoint =
  | 'authorize'
  | 'token'
  | 'revoke'
  | 'deauthorize'
  | 'athlete'
  | 'athlete-zones'
  | 'stats'
  | 'gear'
  | 'list'
  | 'activity'
  | 'streams'
  | 'laps'
  | 'activity-zones'
  | 'kudos'
  | 'comments'
  | 'photos'
  /** A photo's file: another host at Strava, without login and quota. */
  | 'photo-file'
  | 'saved-routes'
  | 'starred-segments'
  | 'segment'
  | 'segment-streams'
  | 'subscriptions'
  | 'unknown';

export interface RequestEntry {
  /** When it arrived, by the simulator's clock. */
  readonly at: Date;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly endpoint: Endpoint;
  readonly activityId: number | null;
  athleteId: number | null;
  /** Null until a response was sent; a request that hangs keeps it. */
  status: number | null;
  /** The response was sent whole and unspoilt. */
  isComplete: boolean;
  isCounted: boolean;
  /** A window was at its limit already when it arrived. */
  isOverLimit: boolean;
  /** The kind of fault it met, if any. */
  fault: FaultKind | null;
}

/** Selects requests by their purpose, or by a predicate. */
export type RequestMatch =
  | {
      readonly endpoint?: Endpoint | readonly Endpoint[];
      readonly activityId?: number;
      readonly athleteId?: number;
    }
  | ((request: RequestEntry) => boolean);

export interface RequestLog {
  readonly entries: readonly RequestEntry[];
  count(match?: Endpoint | RequestMatch): number;
  /** The requests that exceeded a limit. */
  overLimit(): readonly RequestEntry[];
  /** Activities whose streams were sent whole more than once. */
  fetchedTwice(): readonly number[];
  /** The number of token requests, with a refresh token or a code. */
  tokenRefreshes(): number;
  clear(): void;
  /** Resolves when the predicate is true; checked at each request and response. */
  waitFor(predicate: (log: RequestLog) => boolean, timeoutMs?: number): Promise<void>;
}

export interface RequestRecorder {
  readonly log: RequestLog;
  add(entry: RequestEntry): void;
  /** Reports that an entry was changed. */
  changed(): void;
  /** Fails every waiter. */
  stop(): void;
}

interface Waiter {
  check(): void;
  fail(reason: string): void;
}

const defaultTimeoutMs = 30_000;

/** An empty log, and its recorder. */
export function createRequestRecorder(): RequestRecorder {
  const entries: RequestEntry[] = [];
  const waiters = new Set<Waiter>();
  const changed = (): void => {
    for (const waiter of [...waiters]) waiter.check();
  };
  const log: RequestLog = {
    entries,
    count: (match) => entries.filter((entry) => isMatch(entry, toMatch(match))).length,
    overLimit: () => entries.filter((entry) => entry.isOverLimit),
    fetchedTwice: () => repeated(entries),
    tokenRefreshes: () => entries.filter(({ endpoint }) => endpoint === 'token').length,
    clear: () => {
      entries.length = 0;
    },
    waitFor: (predicate, timeoutMs = defaultTimeoutMs) =>
      waitFor({ waiters, isReached: () => predicate(log), timeoutMs }),
  };
  return {
    log,
    add: (entry) => {
      entries.push(entry);
      changed();
    },
    changed,
    stop: () => {
      for (const waiter of [...waiters]) waiter.fail('The simulator was closed.');
    },
  };
}

/** Whether a request is selected. */
export function isMatch(entry: RequestEntry, match: RequestMatch): boolean {
  if (typeof match === 'function') return match(entry);
  const { endpoint, activityId, athleteId } = match;
  if (endpoint !== undefined && ![endpoint].flat().includes(entry.endpoint)) return false;
  if (activityId !== undefined && activityId !== entry.activityId) return false;
  return athleteId === undefined || athleteId === entry.athleteId;
}

function toMatch(match: Endpoint | RequestMatch | undefined): RequestMatch {
  if (match === undefined) return {};
  return typeof match === 'string' ? { endpoint: match } : match;
}

function repeated(entries: readonly RequestEntry[]): number[] {
  const counts = new Map<number, number>();
  for (const { endpoint, activityId, status, isComplete } of entries) {
    if (endpoint !== 'streams' || activityId === null || status !== 200 || !isComplete) continue;
    counts.set(activityId, (counts.get(activityId) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > 1).map(([id]) => id);
}

function waitFor(options: {
  readonly waiters: Set<Waiter>;
  readonly isReached: () => boolean;
  readonly timeoutMs: number;
}): Promise<void> {
  const { waiters, isReached, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      waiters.delete(waiter);
      settle();
    };
    const waiter: Waiter = {
      check: () => {
        try {
          if (isReached()) end(resolve);
        } catch (error) {
          end(() => {
            reject(new Error('The predicate failed.', { cause: error }));
          });
        }
      },
      fail: (reason) => {
        end(() => {
          reject(new Error(reason));
        });
      },
    };
    const timer = setTimeout(() => {
      waiter.fail(`No such request came within ${timeoutMs} ms.`);
    }, timeoutMs);
    waiters.add(waiter);
    waiter.check();
  });
}
