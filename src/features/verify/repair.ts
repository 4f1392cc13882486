/**
 * `verify --fix` for one athlete: acquires the athlete's lease, repairs, runs the job to fetch what is
 * due, and compares the list with the database again.
 */
import type { DeletionRejection } from '../../domain/sync/deletion.ts';
import { LeaseLostError } from '../../errors.ts';
import type { Comparison, Differences } from '../../sync/verify/comparison.ts';
import { compareWithStored } from '../../sync/verify/comparison.ts';
import type { Lease, LeaseHolder } from '../../sync/ports/leases.ts';
import { athleteLease } from '../../sync/ports/leases.ts';
import type { Repairs, VerifyDeps, VerifyTarget } from '../../sync/verify/verify.ts';
import { repairAthlete } from '../../sync/verify/verify.ts';
import { recordRun } from '../shared/run-record.ts';
import type { SyncSession } from '../shared/sync-run.ts';
import { runUntilDone } from '../shared/sync-run.ts';

/** The dependencies of verifying and repairing. */
export interface RepairSession extends Omit<SyncSession, 'athleteIds' | 'backfill' | 'scope'> {
  readonly deps: VerifyDeps;
  readonly acceptsDeletions: boolean;
}

/** One athlete's state after the repair. */
export interface Repaired {
  readonly comparison: Comparison;
  readonly found: Differences;
  readonly rejected: DeletionRejection | undefined;
  /** Why the run stopped for this athlete. */
  readonly stoppedBy: Error | undefined;
}

const watchMs = 1_000;

/**
 * Returns the holder if another process holds the athlete and the session does not wait.
 * @throws what reading the list throws, and LeaseLostError
 */
export async function repair(
  session: RepairSession,
  target: VerifyTarget,
): Promise<Repaired | LeaseHolder> {
  const { deps, acceptsDeletions } = session;
  const lease = await acquire(session, target.athleteId);
  if (!('epoch' in lease)) return lease;
  let repairs: Repairs;
  try {
    repairs = await repairAthlete(deps, { ...target, acceptsDeletions }, lease);
  } finally {
    await lease.release();
  }
  const { list, found, rejected, isRunWanted } = repairs;
  const stoppedBy = isRunWanted ? await fetchDue(session, target) : undefined;
  session.program.signal.throwIfAborted();
  const comparison = await compareWithStored(deps, list);
  return { comparison, found, rejected, stoppedBy };
}

async function acquire(
  { program, database, failOnQuota }: RepairSession,
  athleteId: number,
): Promise<Lease | LeaseHolder> {
  for (let tries = 1; ; tries += 1) {
    const lease = await database.leases.tryAcquire(athleteLease(athleteId));
    if ('epoch' in lease || failOnQuota) return lease;
    if (tries === 1) {
      program.log.info(
        `Process ${lease.pid} on ${lease.host} is syncing athlete ${athleteId}; waiting until it is done.`,
      );
    }
    await program.clock.sleep(watchMs, program.signal);
    program.signal.throwIfAborted();
  }
}

async function fetchDue(
  session: RepairSession,
  { athleteId, since }: VerifyTarget,
): Promise<Error | undefined> {
  const { program, database, acceptsDeletions } = session;
  const scope = { kind: 'repair', acceptsDeletions, ...(since && { since }) } as const;
  const athleteIds = [athleteId];
  const why = { reason: 'command', command: 'verify' } as const;
  const { stopped } = await recordRun(program, database, why, () =>
    runUntilDone({ ...session, athleteIds, backfill: undefined, scope }),
  );
  const error = stopped.get(athleteId);
  return error instanceof LeaseLostError ? undefined : error;
}
