/**
 * `sync`: one run of the daemon's job, or a backfill of a period (`--since`, `--until`).
 */
import { requireClient } from '../../config/client.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes, LeaseLostError, StravaRejectedError } from '../../errors.ts';
import { commandDeadlineMs, openDatabase, openStrava } from '../../main.ts';
import type { Program } from '../../program.ts';
import type { RunResult } from '../../sync/job.ts';
import { chooseAthletes } from '../shared/athlete-choice.ts';
import { logOthers } from '../shared/other-applications.ts';
import { recordRun } from '../shared/run-record.ts';
import type { SyncOptions } from '../shared/period-options.ts';
import { athleteOf, backfillOf } from '../shared/period-options.ts';
import { printPreview } from './preview.ts';
import type { SyncSession } from '../shared/sync-run.ts';
import { runUntilDone } from '../shared/sync-run.ts';
import { renderSummary } from './report.ts';

export async function sync(program: Program, options: SyncOptions): Promise<ExitCode> {
  requireClient(program.config);
  const backfill = backfillOf(program, options);
  const athlete = athleteOf(options);
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    const athleteIds = await chooseAthletes(database, athlete);
    if (athlete === undefined) await logOthers(program, database);
    const strava = await openStrava(program, database);
    const failOnQuota = !options.wait;
    const session = { program, database, strava, athleteIds, backfill, failOnQuota };
    return options.dryRun
      ? await printPreview(session, options.json)
      : await synchronize(session, options);
  } finally {
    await database.close();
  }
}

async function synchronize(session: SyncSession, options: SyncOptions): Promise<ExitCode> {
  const { program, database, strava, athleteIds, backfill } = session;
  for (const athleteId of athleteIds) {
    if (options.retryParked) await database.activities.retryParked(athleteId);
    if (backfill) await database.athletes.addBackfill(athleteId, backfill);
  }
  const reason = { reason: 'command', command: 'sync' } as const;
  const result = await recordRun(program, database, reason, () => runUntilDone(session));
  await strava.quota.refresh();
  const nowMs = strava.quota.nowMs();
  const summary = await renderSummary(
    { database, result, state: strava.rateLimiter.known(), settings: strava.quota.settings, nowMs },
    options.json,
  );
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
