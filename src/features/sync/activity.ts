/**
 * `sync --activity`: fetches everything of one activity again. The request is stored first, so that a
 * process that holds the athlete completes it, and so that it survives if the command is killed.
 */
import type { ExitCode } from '../../errors.ts';
import { exitCodes, UsageError } from '../../errors.ts';
import { StravaRecordError } from '../../strava-errors.ts';
import type { Database } from '../../main.ts';
import { openStrava } from '../../main.ts';
import { int64, toNumber } from '../../mongo/base/bson-value.ts';
import { findRequest, requestActivity } from '../../mongo/tasks/activity-requests.ts';
import type { Program } from '../../program.ts';
import { chooseAthlete } from '../shared/athlete-choice.ts';
import type { SyncOptions } from '../shared/period-options.ts';
import { runAndReport } from './run.ts';

export interface ActivitySession {
  readonly program: Program;
  readonly database: Database;
  readonly activityId: number;
  /** The athlete of `--athlete`. */
  readonly athlete: number | undefined;
}

/** @throws UsageError, NoAthleteError; StravaRecordError, once the summary is printed. */
export async function syncActivity(
  { program, database, activityId, athlete }: ActivitySession,
  { wait, json }: SyncOptions,
): Promise<ExitCode> {
  const athleteId = await athleteFor(database, activityId, athlete);
  const strava = await openStrava(program, database);
  const { store } = database;
  await requestActivity(store, athleteId, activityId, new Date(strava.quota.nowMs()));
  const session = {
    ...{ program, database, strava, athleteIds: [athleteId], backfill: undefined },
    scope: { kind: 'activity', activityId } as const,
    isRequestOpen: async () => (await findRequest(store, activityId)).isOpen,
    failOnQuota: !wait,
  };
  const exitCode = await runAndReport(session, json);
  const { error } = await findRequest(store, activityId);
  if (exitCode === exitCodes.done && error !== undefined)
    throw new StravaRecordError(
      `Activity ${activityId} could not be fetched completely: ${error} What was stored of it stays.`,
    );
  return exitCode;
}

/** The athlete whose activity is stored, else `wanted`, else the only one. */
async function athleteFor(
  database: Database,
  activityId: number,
  wanted: number | undefined,
): Promise<number> {
  const projection = { 'sync.athlete_id': 1 };
  const stored = await database.store.activities.findOne(
    { _id: int64(activityId) },
    { projection },
  );
  const owner = stored === null ? undefined : toNumber(stored.sync.athlete_id);
  if (owner !== undefined && wanted !== undefined && owner !== wanted)
    throw new UsageError(`Activity ${activityId} belongs to athlete ${owner}, not ${wanted}.`);
  return chooseAthlete(database, wanted ?? owner);
}
