/**
 * Takes over an athlete from the process that syncs it: marks the athlete, waits, and holds the leases
 * for as long as an erasure or a logout takes. It never takes a lease that is still valid.
 */
import { commandLine } from '../../domain/invocation.ts';
import { EraseUnfinishedError } from '../../errors.ts';
import type { Database } from '../../main.ts';
import { markReleasing, unmarkReleasing } from '../../mongo/athletes/erasing.ts';
import type { Program } from '../../program.ts';
import { refreshLease } from '../../strava/access.ts';
import type { Lease, LeaseHolder } from '../../sync/ports/leases.ts';
import { athleteLease } from '../../sync/ports/leases.ts';

export interface AthleteSession {
  readonly program: Program;
  readonly database: Database;
  readonly athleteId: number;
}

const maxWaitMs = 60_000;
const pauseMs = 250;

/**
 * Runs `work` while no other process syncs the athlete or refreshes its login. The refresh lease is part
 * of it because a token that rotates while the old one is being revoked would stay alive.
 * @throws EraseUnfinishedError if another process does not release the athlete within a minute; nothing
 * is changed then.
 */
export async function whileHeld<T>(
  session: AthleteSession,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const { athleteId, database } = session;
  try {
    return await holding(session, athleteLease(athleteId), (lease) =>
      holding(session, refreshLease(athleteId), () => work(lease)),
    );
  } catch (error) {
    // Where MongoDB is away, the mark ends by itself.
    await unmarkReleasing(database.store, database.application, athleteId).catch(() => undefined);
    throw error;
  }
}

async function holding<T>(
  session: AthleteSession,
  name: string,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const lease = await acquire(session, name);
  try {
    return await work(lease);
  } finally {
    await lease.release();
  }
}

async function acquire(session: AthleteSession, name: string): Promise<Lease> {
  const { program, database, athleteId } = session;
  const { clock, log, signal } = program;
  const { store, application } = database;
  const startedMs = clock.monotonicMs();
  for (let tries = 1; ; tries += 1) {
    // Each time, because a refresh in progress replaces the login and with it the mark.
    await markReleasing(store, application, athleteId);
    const lease = await database.leases.tryAcquire(name);
    if ('epoch' in lease) return lease;
    if (tries === 1) {
      log.info(
        `Process ${lease.pid} on ${lease.host} is syncing athlete ${athleteId}; waiting until it releases the lease.`,
      );
    }
    if (signal.aborted || clock.monotonicMs() - startedMs >= maxWaitMs)
      throw held(athleteId, lease, signal.aborted);
    await clock.sleep(pauseMs, signal);
  }
}

function held(athleteId: number, { pid, host }: LeaseHolder, isStopped: boolean) {
  return new EraseUnfinishedError(
    isStopped
      ? 'Stopped. Nothing was revoked and nothing was removed.'
      : `Process ${pid} on ${host} does not release athlete ${athleteId}. Nothing was revoked and nothing was removed: stop that process (${commandLine('start')} or ${commandLine('sync')}), and run the same command again.`,
  );
}
