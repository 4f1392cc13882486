/**
 * The run of `sync`, recorded, with its summary and its exit code.
 */
import type { ExitCode } from '../../errors.ts';
import { exitCodes, LeaseLostError } from '../../errors.ts';
import { StravaRejectedError } from '../../strava-errors.ts';
import type { RunResult } from '../../sync/job.ts';
import { recordRun } from '../shared/run-record.ts';
import type { SyncSession } from '../shared/sync-run.ts';
import { readBacklogPlan, runUntilDone } from '../shared/sync-run.ts';
import { readerOf } from '../shared/text/time-text.ts';
import { renderSummary } from './report.ts';

/** Runs until it is done, and prints the summary. */
export async function runAndReport(session: SyncSession, isJson: boolean): Promise<ExitCode> {
  const { program, database, strava } = session;
  const reason = { reason: 'command', command: 'sync' } as const;
  const result = await recordRun(program, database, reason, () => runUntilDone(session));
  await strava.quota.refresh();
  const quota = {
    state: strava.rateLimiter.known(),
    settings: strava.quota.settings,
    nowMs: strava.quota.nowMs(),
    plan: await readBacklogPlan(session),
  };
  const summary = await renderSummary({ database, result, quota }, isJson, readerOf(program));
  program.print(summary);
  return exitCodeOf(result);
}

function exitCodeOf({ stopped, held, opensAt, isInterrupted }: RunResult): ExitCode {
  const errors = [...stopped.values()];
  const replaced = errors.filter((error) => error instanceof LeaseLostError);
  const rejected = errors.filter((error) => error instanceof StravaRejectedError);
  if (replaced.length + rejected.length < errors.length) return exitCodes.authorization;
  if (rejected.length > 0) return exitCodes.failed;
  if (isInterrupted) return exitCodes.done;
  const isUnfinished = opensAt !== undefined || held.size > 0 || replaced.length > 0;
  return isUnfinished ? exitCodes.later : exitCodes.done;
}
