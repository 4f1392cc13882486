/**
 * `sync`: one run of the daemon's job, a backfill of a period (`--since`, `--until`), or one activity
 * (`--activity`).
 */
import { requireClient } from '../../config/client.ts';
import type { ExitCode } from '../../errors.ts';
import { commandDeadlineMs, openDatabase, openStrava } from '../../main.ts';
import type { Program } from '../../program.ts';
import { chooseAthletes } from '../shared/athlete-choice.ts';
import { logOthers } from '../shared/other-applications.ts';
import type { SyncOptions } from '../shared/period-options.ts';
import { activityOf, athleteOf, backfillOf } from '../shared/period-options.ts';
import { syncActivity } from './activity.ts';
import { printPreview } from './preview.ts';
import type { SyncSession } from '../shared/sync-run.ts';
import { isBackfillOpen } from '../shared/sync-run.ts';
import { runAndReport } from './run.ts';

export async function sync(program: Program, options: SyncOptions): Promise<ExitCode> {
  requireClient(program.config);
  const backfill = backfillOf(program, options);
  const athlete = athleteOf(options);
  const activityId = activityOf(options);
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    if (activityId !== undefined)
      return await syncActivity({ program, database, activityId, athlete }, options);
    const athleteIds = await chooseAthletes(database, athlete);
    if (athlete === undefined) await logOthers(program, database);
    const strava = await openStrava(program, database);
    const failOnQuota = !options.wait;
    const session = {
      ...{ program, database, strava, athleteIds, backfill, failOnQuota },
      ...(backfill && { isRequestOpen: (id: number) => isBackfillOpen(database, id, backfill) }),
    };
    return options.dryRun
      ? await printPreview(session, options.json)
      : await synchronize(session, options);
  } finally {
    await database.close();
  }
}

async function synchronize(session: SyncSession, options: SyncOptions): Promise<ExitCode> {
  const { database, athleteIds, backfill } = session;
  for (const athleteId of athleteIds) {
    if (options.retryParked) await database.activities.retryParked(athleteId);
    if (backfill) await database.athletes.addBackfill(athleteId, backfill);
  }
  return runAndReport(session, options.json);
}
