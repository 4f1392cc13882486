/**
 * `verify`: reads the whole list, compares it with the database, and prints the proof or the
 * differences; with `--fix` it repairs them.
 */
import { requireClient } from '../../config/client.ts';
import { defaultBackfillSince } from '../../domain/sync/default-backfill.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes, LeaseLostError, QuotaSpentError } from '../../errors.ts';
import type { Database, Strava } from '../../main.ts';
import { commandDeadlineMs, openDatabase, openStrava } from '../../main.ts';
import { keptOf } from '../../open-job.ts';
import { readListTotals } from '../../mongo/athletes/list-totals.ts';
import { createVerificationStore } from './store.ts';
import type { Program } from '../../program.ts';
import { countDifferences } from '../../sync/verify/comparison.ts';
import { isAthletes } from '../../sync/outcomes.ts';
import type { ListFollower, VerifyDeps, VerifyTarget } from '../../sync/verify/verify.ts';
import { verifyAthlete } from '../../sync/verify/verify.ts';
import { chooseAthletes } from '../shared/athlete-choice.ts';
import { logOthers } from '../shared/other-applications.ts';
import { sayIfInterrupted } from '../shared/interruption.ts';
import { athleteOf } from '../shared/period-options.ts';
import type { RepairSession } from './repair.ts';
import { repair } from './repair.ts';
import type { VerifyReport } from './report.ts';
import { renderReports } from './report.ts';
import { createCountProgress } from '../shared/progress/count-progress.ts';
import { loggedTime, readerOf } from '../shared/text/time-text.ts';

export interface VerifyOptions {
  readonly athlete?: string;
  readonly fix: boolean;
  /** Implies `fix`. */
  readonly acceptDeletions: boolean;
  /** False with `--no-wait`. */
  readonly wait: boolean;
  readonly json: boolean;
}

export async function verify(program: Program, options: VerifyOptions): Promise<ExitCode> {
  requireClient(program.config);
  const athlete = athleteOf(options);
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    const athleteIds = await chooseAthletes(database, athlete);
    if (athlete === undefined) await logOthers(program, database);
    const strava = await openStrava(program, database);
    const failOnQuota = !options.wait;
    const { acceptDeletions: acceptsDeletions } = options;
    const deps = depsOf(program, { database, strava }, failOnQuota);
    const session = { program, database, strava, failOnQuota, deps, acceptsDeletions };
    const isFix = options.fix || acceptsDeletions;
    const reports: VerifyReport[] = [];
    for (const athleteId of athleteIds) {
      reports.push(
        await sayIfInterrupted(
          () => report(session, athleteId, isFix),
          () => interruptedText(reports.length, athleteIds.length),
          program.signal,
        ),
      );
    }
    program.print(
      renderReports(reports, {
        ...{ isFix, isJson: options.json, areStreamsKept: deps.kept.streams },
        reader: readerOf(program),
      }),
    );
    return exitCodeOf(reports);
  } finally {
    await database.close();
  }
}

function interruptedText(done: number, all: number): string {
  const athletes = all === 1 ? '' : ` ${done} of ${all} athletes were compared.`;
  return `Interrupted: part of a list proves nothing.${athletes} Give the same command again.`;
}

/** The list should have what is stored of the athlete. */
async function follow(
  program: Program,
  { store }: Database,
  { athleteId, since }: VerifyTarget,
): Promise<ListFollower> {
  const { stored } = await readListTotals(store, [athleteId]);
  const progress = createCountProgress(program, { doing: 'Comparing', unit: 'activities' });
  progress.begin(`athlete ${athleteId}`, since === undefined ? stored : undefined);
  return {
    page: progress.advance,
    [Symbol.dispose]: () => {
      progress[Symbol.dispose]();
    },
  };
}

function depsOf(
  program: Program,
  { database, strava }: { database: Database; strava: Strava },
  failOnQuota: boolean,
): VerifyDeps {
  const { config, clock, random, signal, log } = program;
  const { store, activities, athletes, deletions } = database;
  const { source, quota } = strava;
  const expiry = config.retentionDays === undefined ? 'lifted' : 'final';
  return {
    source,
    activities,
    athletes,
    verification: createVerificationStore(store, expiry),
    deletions,
    kept: keptOf(config),
    clock,
    nowMs: () => quota.nowMs(),
    random,
    signal,
    failOnQuota,
    deadlineMs: commandDeadlineMs,
    follow: (target) => follow(program, database, target),
    onWait: (opensAt) => {
      log.info(`Quota spent, waiting until ${loggedTime(opensAt, readerOf(program))}.`);
    },
  };
}

/** One athlete's report; it contains the errors that concern this athlete alone. */
async function report(
  session: RepairSession,
  athleteId: number,
  isFix: boolean,
): Promise<VerifyReport> {
  const { program, deps } = session;
  const target = { athleteId, since: defaultBackfillSince(program.config, deps.nowMs()) };
  try {
    if (!isFix) return { athleteId, ...(await verifyAthlete(deps, target)) };
    const repaired = await repair(session, target);
    if ('comparison' in repaired) return { athleteId, ...repaired };
    const { pid, host } = repaired;
    const message = `Athlete ${athleteId} is being synced by process ${pid} on ${host}.`;
    return { athleteId, unread: { message, isLater: true } };
  } catch (error) {
    if (error instanceof QuotaSpentError) {
      const { message, opensAt } = error;
      return { athleteId, unread: { message, isLater: true, opensAt } };
    }
    if (!isAthletes(error)) throw error;
    const { message } = error;
    return { athleteId, unread: { message, isLater: error instanceof LeaseLostError } };
  }
}

function exitCodeOf(reports: readonly VerifyReport[]): ExitCode {
  const isStopped = reports.some(
    ({ unread, stoppedBy }) => unread?.isLater === false || stoppedBy !== undefined,
  );
  if (isStopped) return exitCodes.authorization;
  const isDifferent = reports.some(
    ({ comparison }) => comparison !== undefined && countDifferences(comparison.differences) > 0,
  );
  if (isDifferent) return exitCodes.differences;
  return reports.some(({ unread }) => unread !== undefined) ? exitCodes.later : exitCodes.done;
}
