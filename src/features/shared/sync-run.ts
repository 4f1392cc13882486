/**
 * Runs the job for a command until it is done. If another process holds an athlete, it waits for that
 * process. The command stores its backfill request first, so that the holder completes it, and so that
 * the request survives if the command is killed.
 */
import { defaultBackfillSince } from '../../domain/sync/default-backfill.ts';
import { readPollPlan, readWebhookIntervalMs } from './poll-plan.ts';
import { tickIntervalMs } from './schedule.ts';
import type { PollPlan } from '../../domain/rate-limit/poll-plan.ts';
import { LeaseLostError } from '../../errors.ts';
import type { Database, Strava } from '../../main.ts';
import { commandDeadlineMs } from '../../main.ts';
import { openJob } from '../../open-job.ts';
import type { Program } from '../../program.ts';
import type { Scope } from '../../sync/athletes/athlete-sync-state.ts';
import type { RunResult } from '../../sync/job.ts';
import type { BackfillRequest } from '../../sync/ports/athletes.ts';
import type { LeaseHolder } from '../../sync/ports/leases.ts';
import { addStats } from '../../sync/run-stats.ts';
import { openProgress } from './progress/sync-progress.ts';

export interface SyncSession {
  readonly program: Program;
  readonly database: Database;
  readonly strava: Strava;
  readonly athleteIds: readonly number[];
  /** The requested period, the same for each athlete. */
  readonly backfill: BackfillRequest | undefined;
  /** The scope of the runs, if it is neither the backfill request nor the default backfill. */
  readonly scope?: Scope;
  /** Whether the request is still to be done; another process that holds the athlete may have done it. */
  readonly isRequestOpen?: (athleteId: number) => Promise<boolean>;
  readonly failOnQuota: boolean;
}

const watchMs = 1_000;

export async function runUntilDone(session: SyncSession): Promise<RunResult> {
  const { program, athleteIds, failOnQuota } = session;
  let result = await runOnce(session, athleteIds, true);
  const logged = new Set<number>();
  for (;;) {
    const unfinished = [...result.held.keys(), ...lostLeases(result)];
    if (unfinished.length === 0 || failOnQuota || program.signal.aborted) return result;
    for (const [id, holder] of result.held) logHeld(session, logged, { id, holder });
    await program.clock.sleep(watchMs, program.signal);
    const left = await stillWanted(session, unfinished);
    const next = await runOnce(session, left, false);
    result = {
      ...next,
      stats: addStats(result.stats, next.stats),
      stopped: joinStopped(result, next),
    };
  }
}

function lostLeases({ stopped }: RunResult): readonly number[] {
  return [...stopped].flatMap(([id, error]) => (error instanceof LeaseLostError ? [id] : []));
}

function joinStopped(earlier: RunResult, later: RunResult): RunResult['stopped'] {
  const final = [...earlier.stopped].filter(([, error]) => !(error instanceof LeaseLostError));
  return new Map([...final, ...later.stopped]);
}

function logHeld(
  { program, isRequestOpen }: SyncSession,
  logged: Set<number>,
  { id, holder }: { id: number; holder: LeaseHolder },
): void {
  if (logged.has(id)) return;
  logged.add(id);
  const how = isRequestOpen ? 'it will also complete this request' : 'waiting until it is done';
  program.log.info(`Process ${holder.pid} on ${holder.host} is syncing athlete ${id}; ${how}.`);
}

/** A request that is gone was completed by the process that holds the athlete. */
async function stillWanted(
  { isRequestOpen }: SyncSession,
  athleteIds: readonly number[],
): Promise<readonly number[]> {
  if (!isRequestOpen) return athleteIds;
  const left: number[] = [];
  for (const id of athleteIds) if (await isRequestOpen(id)) left.push(id);
  return left;
}

/** Whether the backfill request is still stored. */
export async function isBackfillOpen(
  { athletes }: Database,
  athleteId: number,
  { id }: BackfillRequest,
): Promise<boolean> {
  const { backfills } = await athletes.load(athleteId);
  return backfills.some((other) => other.id === id);
}

async function runOnce(
  session: SyncSession,
  athleteIds: readonly number[],
  isAwaited: boolean,
): Promise<RunResult> {
  const { program, database, strava, backfill, scope, failOnQuota } = session;
  const webhookIntervalMs = await readWebhookIntervalMs(program, database.store, strava.clientId);
  const timing = {
    deadlineMs: commandDeadlineMs,
    tickIntervalMs: tickIntervalMs(program.config.sync),
    webhookIntervalMs: () => webhookIntervalMs,
  };
  const job = openJob(program, { database, strava }, timing);
  const wanted = scope ?? scopeOf(program, backfill);
  const plan = await readBacklogPlan(session);
  const shown = { program, database, strava, athleteIds, plan, isAwaited };
  const progress = await openProgress({ ...shown, scope: wanted });
  try {
    return await job.run({
      athleteIds: () => Promise.resolve(athleteIds),
      scopeOf: () => wanted,
      failOnQuota,
      isPollWanted: scope === undefined && backfill?.until === undefined,
      signal: program.signal,
      reporter: progress,
    });
  } finally {
    progress.end();
  }
}

/** The polls that come before a backlog. */
export async function readBacklogPlan({
  program,
  database,
  strava,
}: Pick<SyncSession, 'program' | 'database' | 'strava'>): Promise<PollPlan> {
  return readPollPlan(program, database, {
    state: strava.quota.known(),
    nowMs: strava.quota.nowMs(),
    hasBacklog: true,
    webhookIntervalMs: await readWebhookIntervalMs(program, database.store, strava.clientId),
  });
}

/** The scope of a run: the backfill request, or the default backfill from its configured start. */
export function scopeOf({ clock, config }: Program, backfill: BackfillRequest | undefined): Scope {
  if (backfill) return { kind: 'backfill', backfillId: backfill.id };
  const since = defaultBackfillSince(config, clock.nowMs());
  return { kind: 'default', ...(since && { since }) };
}
