/**
 * What the daemon logs about its runs: one line for a run that did something, nothing above debug for one
 * that did not, and a summary once a day (UTC).
 */
import { dayMs } from '../../domain/duration.ts';
import { DomestiqueError } from '../../errors.ts';
import type { Program } from '../../program.ts';
import type { RunResult } from '../../sync/job.ts';
import type { Reporter } from '../../sync/run-options.ts';
import type { RunStats } from '../../sync/run-stats.ts';
import { addStats, emptyStats, hasEffect, statsSince } from '../../sync/run-stats.ts';
import { nextTickAt } from '../shared/schedule.ts';
import { counted, instant, number } from '../shared/text/text-format.ts';

export interface RunLog {
  /** The reporter of a run, which also counts for the summary: a run can last for days. */
  readonly observe: (reporter: Reporter) => Reporter;
  readonly ended: (result: RunResult) => void;
  readonly failed: (error: unknown) => void;
  /** Why there is nothing to run; said again only when it has changed. */
  readonly idle: (reason: string) => void;
  /** Logs the summary if a day has ended since the last one. */
  readonly summarizeIfDue: () => void;
}

type RunLogDeps = Pick<Program, 'config' | 'log' | 'clock' | 'signal'>;

export function createRunLog({ config, log, clock, signal }: RunLogDeps): RunLog {
  let since = new Date(clock.nowMs());
  let day = emptyStats;
  let run = emptyStats;
  let failedRuns = new Map<string, number>();
  let said: string | undefined;

  const count = (stats: RunStats): void => {
    day = addStats(day, statsSince(stats, run));
    run = stats;
  };
  const sayIfNew = (level: 'info' | 'warn', text: string): void => {
    log[text === said ? 'debug' : level](text);
    said = text;
  };

  return {
    observe: (reporter) => ({
      ...reporter,
      progress: (stats, backlog) => {
        count(stats);
        reporter.progress(stats, backlog);
      },
    }),
    ended: ({ stats, held }) => {
      count(stats);
      run = emptyStats;
      if (held.size > 0) sayIfNew('info', describeHeld(held));
      const what = `Run ${signal.aborted ? 'stopped' : 'done'}: ${describe(stats)}`;
      const next = signal.aborted ? '' : `; next poll ${nextPoll(config.sync)}`;
      log[hasEffect(stats) ? 'info' : 'debug'](figures(stats), `${what}${next}.`);
    },
    failed: (error) => {
      run = emptyStats;
      if (!(error instanceof DomestiqueError)) return;
      failedRuns.set(error.code, (failedRuns.get(error.code) ?? 0) + 1);
    },
    idle: (reason) => {
      sayIfNew('warn', reason);
    },
    summarizeIfDue: () => {
      const now = new Date(clock.nowMs());
      if (dayOf(now) <= dayOf(since)) return;
      log.info(
        { since, ...figures(day), failedRuns: Object.fromEntries(failedRuns) },
        `Since ${instant(since)}: ${describe(day)}; ${counted(day.requests, 'request')} made; ${describeFailedRuns(failedRuns)}.`,
      );
      since = now;
      day = emptyStats;
      failedRuns = new Map();
    },
  };
}

function dayOf(at: Date): number {
  return Math.floor(at.getTime() / dayMs);
}

function describe(stats: RunStats): string {
  const { added, changed, streamsStored, recordsStored, parked, deleted, failures } = stats;
  return [
    `${number(added)} new`,
    `${number(changed)} changed`,
    counted(streamsStored, 'stream'),
    ...(recordsStored > 0 ? [counted(recordsStored, 'other record')] : []),
    ...(parked > 0 ? [`${number(parked)} parked`] : []),
    ...(deleted > 0 ? [`${number(deleted)} removed`] : []),
    ...(failures > 0 ? [counted(failures, 'failed request')] : []),
  ].join(', ');
}

/** The codes of failed runs, which docs/errors.md explains. */
function describeFailedRuns(failedRuns: ReadonlyMap<string, number>): string {
  const times = [...failedRuns].map(([code, count]) => `${number(count)} of ${code}`);
  return times.length === 0 ? 'no run failed' : `failed runs: ${times.join(', ')}`;
}

function describeHeld(held: RunResult['held']): string {
  const others = new Set([...held.values()].map(({ pid, host }) => `process ${pid} on ${host}`));
  return `${counted(held.size, 'athlete')} left to ${[...others].toSorted().join(', ')}.`;
}

function nextPoll(timetable: RunLogDeps['config']['sync']): string {
  const next = nextTickAt(timetable);
  return next === undefined ? 'never' : instant(next);
}

function figures(stats: RunStats): object {
  const { requests, added, changed, streamsStored, withoutStreams } = stats;
  const { recordsStored, parked, deleted, failures } = stats;
  const streams = { streams: streamsStored, withoutStreams };
  return { requests, added, changed, ...streams, recordsStored, parked, deleted, failures };
}
