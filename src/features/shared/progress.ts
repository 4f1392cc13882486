/**
 * Shows the progress of a run: a bar on a terminal, a log line every 30 seconds without one.
 */
import cliProgress from 'cli-progress';
import type { Logger } from 'pino';
import type { Clock } from '../../clock.ts';
import { formatDuration } from '../../domain/duration.ts';
import type { EstimateFacts } from '../../domain/rate-limit/estimate.ts';
import { backlogPerDay, estimateEndMs } from '../../domain/rate-limit/estimate.ts';
import type { Strava } from '../../main.ts';
import type { Program } from '../../program.ts';
import type { Reporter } from '../../sync/run-options.ts';
import type { RunStats } from '../../sync/run-stats.ts';
import { emptyStats } from '../../sync/run-stats.ts';
import { counted, instant, number } from './text-format.ts';

export interface ProgressOptions {
  readonly program: Program;
  /** How long `requests` more requests take under the quota, in milliseconds. */
  readonly remainingMs: (requests: number) => number;
  /** How many requests of a day polls and new activities leave for them. */
  readonly perDay: () => number;
}

/** Options that estimate from the quota as it is known at the time of the call. */
export function progressOptionsOf(
  program: Program,
  { rateLimiter, quota }: Strava,
  known: Pick<EstimateFacts, 'plan' | 'requestsPerHour'>,
): ProgressOptions {
  const { settings } = quota;
  const facts = (): EstimateFacts => {
    return { state: rateLimiter.known(), settings, nowMs: quota.nowMs(), ...known };
  };
  return {
    program,
    perDay: () => backlogPerDay(facts()),
    remainingMs: (requests) => {
      const now = facts();
      return estimateEndMs(requests, now) - now.nowMs;
    },
  };
}

export interface Progress extends Reporter {
  /** Removes the bar from the screen. */
  readonly end: () => void;
}

const logEveryMs = 30_000;

/** What is left and how long it takes: the end of every wait message and every bar. */
export function remaining(left: number, { remainingMs, perDay }: ProgressOptions): string {
  if (left === 0) return 'no streams left to fetch so far';
  const duration = formatDuration(Math.max(1_000, remainingMs(left)));
  return `${counted(left, 'stream')} to go: about ${duration} at ${number(perDay())} a day`;
}

export function createProgress(options: ProgressOptions): Progress {
  const { isTerminal, log, clock } = options.program;
  return isTerminal && log.isLevelEnabled('info')
    ? createBar(options)
    : createLines(options, { log, clock });
}

function createLines(
  options: ProgressOptions,
  { log, clock }: { log: Logger; clock: Clock },
): Progress {
  let loggedAtMs = clock.monotonicMs();
  let loggedWaitUntilMs = 0;
  return {
    progress: (stats, left) => {
      if (clock.monotonicMs() - loggedAtMs < logEveryMs) return;
      loggedAtMs = clock.monotonicMs();
      log.info({ ...figures(stats), left }, `Syncing: ${remaining(left, options)}.`);
    },
    waiting: ({ reason, untilMs, left }) => {
      if (reason !== 'quota' || untilMs <= loggedWaitUntilMs) return;
      loggedWaitUntilMs = untilMs;
      log.info({ left }, waitSentence(untilMs, left, options));
    },
    end: () => undefined,
  };
}

interface Bars {
  readonly list: cliProgress.SingleBar;
  readonly streams: cliProgress.SingleBar;
  readonly stop: () => void;
}

function drawBars(stream: NodeJS.WriteStream): Bars {
  const format = '{what} [{bar}] {value}/{total} {note}';
  const bars = new cliProgress.MultiBar(
    { format, stream, clearOnComplete: true, hideCursor: true, barsize: 10 },
    cliProgress.Presets.legacy,
  );
  return {
    list: bars.create(0, 0, { what: 'list   ', note: '' }),
    streams: bars.create(0, 0, { what: 'streams', note: '' }),
    stop: () => {
      bars.stop();
    },
  };
}

/** The bars appear with the first progress: a run whose athletes are held elsewhere shows none. */
function createBar(options: ProgressOptions): Progress {
  const { stderr, clock } = options.program;
  const startedMs = clock.monotonicMs();
  let bars: Bars | undefined;
  let latest = emptyStats;
  const show = (left: number, listNote: string): void => {
    bars ??= drawBars(stderr);
    const done = latest.streamsStored + latest.withoutStreams;
    bars.list.setTotal(latest.added);
    bars.list.update(latest.added, { note: listNote });
    bars.streams.setTotal(done + left);
    bars.streams.update(done, { note: remaining(left, options) });
  };
  const speed = (): string => {
    const minutes = (clock.monotonicMs() - startedMs) / 60_000;
    return `new, ${number(Math.round(latest.streamsStored / minutes))} streams a minute`;
  };
  return {
    progress: (stats, left) => {
      latest = stats;
      show(left, speed());
    },
    waiting: ({ reason, untilMs, left }) => {
      if (reason !== 'quota') return;
      show(left, `new; the quota is spent until ${instant(new Date(untilMs))}`);
    },
    end: () => {
      bars?.stop();
    },
  };
}

function waitSentence(untilMs: number, left: number, options: ProgressOptions): string {
  return `Quota spent, waiting until ${instant(new Date(untilMs))}; ${remaining(left, options)}.`;
}

function figures({ requests, added, changed, streamsStored, withoutStreams }: RunStats): object {
  return { requests, added, changed, streams: streamsStored, withoutStreams };
}
