/**
 * Shows the progress of a run: bars on a terminal; without one, a line at once and one every 30 seconds.
 */
import type { EstimateFacts } from '../../../domain/rate-limit/estimate.ts';
import { estimate } from '../../../domain/rate-limit/estimate.ts';
import type { Database, Strava } from '../../../main.ts';
import type { ListTotals } from '../../../mongo/athletes/list-totals.ts';
import { readListTotals } from '../../../mongo/athletes/list-totals.ts';
import type { Program } from '../../../program.ts';
import type { Scope } from '../../../sync/athletes/athlete-sync-state.ts';
import type { Reporter } from '../../../sync/run-options.ts';
import type { RunStats } from '../../../sync/run-stats.ts';
import { keptNow, reportQuota } from '../quota-report.ts';
import { loggedTime, readerOf, wallTime } from '../text/time-text.ts';
import { isDrawn } from './is-drawn.ts';
import type { Screen } from './screen.ts';
import { openScreen } from './screen.ts';
import { syncLines, syncRows, syncText } from './sync-lines.ts';
import type { Tracker } from './sync-tracker.ts';
import { createTracker } from './sync-tracker.ts';

/** What a run is about. */
export interface ShownRun {
  readonly program: Program;
  readonly database: Pick<Database, 'store' | 'runs'>;
  readonly strava: Strava;
  readonly athleteIds: readonly number[];
  readonly scope: Scope;
  readonly plan: EstimateFacts['plan'];
  /** Whether somebody waits for the run, so that its first line comes at once. */
  readonly isAwaited: boolean;
}

export interface Progress extends Reporter {
  /** Removes the bars from the screen. */
  readonly end: () => void;
}

const logEveryMs = 30_000;

export async function openProgress(run: ShownRun): Promise<Progress> {
  const { program, database, strava, athleteIds, scope, plan } = run;
  const { rateLimiter, quota } = strava;
  const { settings } = quota;
  const nowMs = (): number => quota.nowMs();
  const isWhole = scope.kind === 'default' && scope.since === undefined;
  // To count all activities at each tick of a daemon would cost more than its polls.
  const isSeen = run.isAwaited || isDrawn(program);
  const readTotals = () => readListTotals(database.store, athleteIds);
  const totals = isWhole && isSeen ? await readTotals() : undefined;
  const tracker = createTracker({
    totals,
    estimate: (requests, requestsPerHour) =>
      estimate(requests, {
        ...{ state: rateLimiter.known(), settings, nowMs: nowMs(), requestsPerHour },
        ...(plan && { plan }),
      }),
    nowMs,
    requestsPerHour: await database.runs.requestsPerHour(),
    shortWindowMs: settings.shortWindowMs,
    kept: () =>
      plan
        ? keptNow(reportQuota({ state: rateLimiter.known(), settings, nowMs: nowMs(), plan }))
        : 0,
  });
  const isTotalWanted = totals !== undefined && totals.counted === undefined;
  const progress = createProgress(program, tracker, run.isAwaited);
  return isTotalWanted ? learning(progress, tracker, readTotals) : progress;
}

/** Reads the totals again whenever the run has stored a record that may be an athlete's stats. */
export function learning(
  progress: Progress,
  tracker: Tracker,
  readTotals: () => Promise<ListTotals>,
): Progress {
  let seen = 0;
  let isKnown = false;
  const learn = async (): Promise<void> => {
    const { counted } = await readTotals();
    if (counted === undefined) return;
    isKnown = true;
    tracker.learnTotal(counted);
  };
  return {
    ...progress,
    progress: (stats, backlog) => {
      if (!isKnown && !backlog.isListKnown && stats.recordsStored > seen) {
        seen = stats.recordsStored;
        // The bars do without; the run itself meets what is wrong with MongoDB.
        learn().catch(() => undefined);
      }
      progress.progress(stats, backlog);
    },
  };
}

export function createProgress(program: Program, tracker: Tracker, isAwaited: boolean): Progress {
  return isDrawn(program) ? createBars(program, tracker) : createLines(program, tracker, isAwaited);
}

function createLines(program: Program, tracker: Tracker, isAwaited: boolean): Progress {
  const { log, clock } = program;
  let loggedAtMs = clock.monotonicMs();
  let loggedWaitUntilMs = 0;
  if (isAwaited) log.info('Syncing.');
  return {
    progress: (stats, backlog) => {
      tracker.progress(stats, backlog);
      if (clock.monotonicMs() - loggedAtMs < logEveryMs) return;
      loggedAtMs = clock.monotonicMs();
      log.info({ progress: figures(stats, backlog.left) }, syncText(tracker.state()));
    },
    waiting: ({ reason, untilMs, ...backlog }) => {
      if (reason !== 'quota' || untilMs <= loggedWaitUntilMs) return;
      loggedWaitUntilMs = untilMs;
      tracker.waiting(loggedTime(new Date(untilMs), readerOf(program)), backlog);
      log.info({ progress: { left: backlog.left } }, syncText(tracker.state()));
    },
    end: () => undefined,
  };
}

/** The bars appear with the first progress: a run whose athletes are held elsewhere shows none. */
function createBars(program: Program, tracker: Tracker): Progress {
  const { stderr } = program;
  let screen: Screen | undefined;
  const show = (): void => {
    screen ??= openScreen(stderr, syncRows, (width) => syncLines(tracker.state(), width));
  };
  return {
    progress: (stats, backlog) => {
      tracker.progress(stats, backlog);
      show();
    },
    waiting: ({ reason, untilMs, ...backlog }) => {
      if (reason !== 'quota') return;
      tracker.waiting(wallTime(new Date(untilMs), readerOf(program)), backlog);
      show();
    },
    end: () => {
      screen?.end();
    },
  };
}

function figures(stats: RunStats, left: number): object {
  const { requests, added, changed, streamsStored, withoutStreams } = stats;
  return { requests, added, changed, streams: streamsStored, withoutStreams, left };
}
