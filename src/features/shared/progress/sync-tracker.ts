/**
 * Follows a run: how far it is, how fast, and how long the rest takes.
 */
import type { Estimate } from '../../../domain/rate-limit/estimate.ts';
import type { ListTotals } from '../../../mongo/athletes/list-totals.ts';
import type { Backlog } from '../../../sync/run-options.ts';
import type { RunStats } from '../../../sync/run-stats.ts';
import { emptyStats } from '../../../sync/run-stats.ts';
import type { SyncState, TimeLeft } from './sync-lines.ts';

export interface TrackerOptions {
  /** How many activities there are; undefined for a run that looks for a part of the history. */
  readonly totals: ListTotals | undefined;
  /** When a backlog ends under the quota, and at a speed where one is measured. */
  readonly estimate: (requests: number, requestsPerHour: number | undefined) => Estimate;
  readonly nowMs: () => number;
  /** How many requests an hour the last runs made while they worked, where that is known. */
  readonly requestsPerHour: number | undefined;
  readonly shortWindowMs: number;
  /** How many requests are left that are kept for today's activities; 0 while others are left too. */
  readonly kept?: () => number;
}

export interface Tracker {
  readonly progress: (stats: RunStats, backlog: Backlog) => void;
  /** The quota is spent until then; the text names the instant. */
  readonly waiting: (until: string, backlog: Backlog) => void;
  /** Strava's count of the list, learned while the run is under way. */
  readonly learnTotal: (counted: number) => void;
  readonly state: () => SyncState;
}

/** Rates of a shorter time say little. */
const minShownSeconds = 2;
const minMeasuredSeconds = 10;

export function createTracker(options: TrackerOptions): Tracker {
  let stats = emptyStats;
  let backlog: Backlog = { left: 0, isListKnown: false };
  let known: { readonly stats: RunStats; readonly perMinute: number | undefined } | undefined;
  let waitingUntil: string | undefined;
  const storedBefore = options.totals?.stored ?? 0;
  let total = options.totals?.counted;
  const follow = (next: Backlog): void => {
    backlog = next;
    if (next.isListKnown) known ??= { stats, perMinute: listRate(stats) };
    else known = undefined;
  };
  return {
    progress: (newest, next) => {
      stats = newest;
      waitingUntil = undefined;
      follow(next);
    },
    waiting: (until, next) => {
      waitingUntil = until;
      follow(next);
    },
    learnTotal: (counted) => {
      total = counted;
    },
    state: () => {
      const since = known?.stats ?? emptyStats;
      return {
        list: {
          done: Math.max(0, storedBefore + stats.added - stats.deleted),
          total,
          isKnown: backlog.isListKnown,
          perMinute: known === undefined ? listRate(stats) : known.perMinute,
        },
        streams: {
          done: doneStreams(stats),
          left: backlog.left,
          perMinute: streamRate(since, stats, minShownSeconds),
        },
        timeLeft: timeLeft(options, backlog.left, streamRate(since, stats, minMeasuredSeconds)),
        waitingUntil,
        ...(waitingUntil !== undefined && { kept: options.kept?.() ?? 0 }),
      };
    },
  };
}

function doneStreams({ streamsStored, withoutStreams }: RunStats): number {
  return streamsStored + withoutStreams;
}

/** Activities a minute. */
function listRate({ added, busySeconds }: RunStats): number | undefined {
  return busySeconds < minShownSeconds ? undefined : (added * 60) / busySeconds;
}

/** Streams a minute, while requests were in flight: since the list is known, nothing else takes the time. */
function streamRate(since: RunStats, stats: RunStats, minSeconds: number): number | undefined {
  const seconds = stats.busySeconds - since.busySeconds;
  const done = doneStreams(stats) - doneStreams(since);
  return seconds < minSeconds || done <= 0 ? undefined : (done * 60) / seconds;
}

function timeLeft(
  { estimate, nowMs, requestsPerHour, shortWindowMs }: TrackerOptions,
  left: number,
  perMinute: number | undefined,
): TimeLeft | undefined {
  const speed = perMinute === undefined ? requestsPerHour : perMinute * 60;
  const { endMs, decidedBy } = estimate(left, speed);
  if (decidedBy === 'speed' && speed === undefined) return undefined;
  return { ms: endMs - nowMs(), decidedBy, shortWindowMs };
}
